package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// loadedCLI is the AWS CLI in a Python that has loaded it: see
// testdata/aws_loaded.py. It does one call at a time.
type loadedCLI struct {
	loaded bool
	dir    string // for what calls write
	in     io.WriteCloser
	out    *bufio.Scanner
}

// python is the interpreter that Debian's AWS CLI runs in.
const python = "/usr/bin/python3"

func loadCLI(ts *testscript.TestScript) *loadedCLI {
	program, err := filepath.Abs("../../testdata/aws_loaded.py")
	ts.Check(err)
	cmd := exec.Command(python, program)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + ts.Getenv("HOME")}
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	if err := cmd.Start(); err != nil {
		return &loadedCLI{}
	}
	ts.Defer(func() { _, _ = in.Close(), cmd.Wait() })
	c := &loadedCLI{dir: ts.Getenv("TMPDIR"), in: in, out: bufio.NewScanner(out)}
	if c.loaded = c.out.Scan() && c.out.Text() == "ready"; !c.loaded {
		ts.Logf("%s cannot load the AWS CLI: each call starts it anew, which takes a while", python)
	}
	return c
}

// run does what cmd would do.
func (c *loadedCLI) run(cmd *exec.Cmd) (stdout, stderr string, err error) {
	env := map[string]string{}
	for _, variable := range cmd.Env {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	outFile, errFile := filepath.Join(c.dir, "aws.stdout"), filepath.Join(c.dir, "aws.stderr")
	call, err := json.Marshal(map[string]any{"args": cmd.Args[1:], "env": env, "dir": cmd.Dir, "stdout": outFile, "stderr": errFile})
	if err != nil {
		return "", "", err
	}
	if _, err := c.in.Write(append(call, '\n')); err != nil {
		return "", "", err
	}
	if !c.out.Scan() {
		return "", "", errors.Join(errors.New("the CLI ended"), c.out.Err())
	}
	outText, err := os.ReadFile(outFile)
	if err != nil {
		return "", "", err
	}
	errText, err := os.ReadFile(errFile)
	if err == nil && c.out.Text() != "0" {
		err = fmt.Errorf("exit status %s", c.out.Text())
	}
	return string(outText), string(errText), err
}
