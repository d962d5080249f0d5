//go:build unix

package main

import "syscall"

// become runs a program in the place of this one: it returns only when that fails.
func become(path string, args, env []string) error { return syscall.Exec(path, args, env) }
