package main

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"
)

// BenchmarkStart starts the program until it says that it answers, as a test
// suite does that resets by restarting. Its stop is not counted. Chance is in it:
// the demo's key takes as long as primes are to be found, so the median tells
// most, and one start in ten takes longer than p90.
func BenchmarkStart(b *testing.B) {
	for name, flags := range map[string][]string{"ephemeral": nil, "demo": {"--demo"}} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				took = append(took, startOnce(b, flags))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
			b.ReportMetric(float64(took[len(took)*9/10].Microseconds())/1e3, "p90-ms")
		})
	}
}

func startOnce(b *testing.B, flags []string) time.Duration {
	b.Helper()
	cmd := exec.Command("foyer", append([]string{"serve", "--ephemeral", "--listen", "127.0.0.1:0"}, flags...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.TempDir()}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		b.Fatalf("foyer did not start: %v", err)
	}
	took := time.Since(began)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	_, _ = out.Close(), cmd.Wait()
	return took
}
