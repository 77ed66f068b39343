// The parent of node.exe under Wine: node cannot use a pipe of Linux as its input or output, so it gets pipes of
// Windows from here. Beside that it does what Node cannot do on Windows: press Ctrl-C, and hold a file.
//
//	parent run PROGRAM ARGS…               runs a program, copies its output, ends with its exit code
//	parent interrupt FILE PROGRAM ARGS…    the same, and presses Ctrl-C once FILE is there
//	parent hold FILE MILLISECONDS          has a file open and shares it with nobody, for so long
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

var (
	kernel       = syscall.NewLazyDLL("kernel32.dll")
	freeConsole  = kernel.NewProc("FreeConsole")
	allocConsole = kernel.NewProc("AllocConsole")
	ignoreKey    = kernel.NewProc("SetConsoleCtrlHandler")
	pressKey     = kernel.NewProc("GenerateConsoleCtrlEvent")
)

const ctrlC = 0

// An own type, so that the child gets a pipe and not our handle.
type output struct{ to io.Writer }

func (o output) Write(bytes []byte) (int, error) { return o.to.Write(bytes) }

func main() {
	if len(os.Args) < 3 {
		fail(errors.New("see the comment at the top of main.go"))
	}
	switch os.Args[1] {
	case "run":
		os.Exit(run(os.Args[2:], ""))
	case "interrupt":
		os.Exit(run(os.Args[3:], os.Args[2]))
	case "hold":
		hold(os.Args[2], os.Args[3])
	}
}

func run(args []string, interruptFile string) int {
	if interruptFile != "" {
		// The key goes to all programs of a console, so that these two get one of their own.
		freeConsole.Call()
		if done, _, err := allocConsole.Call(); done == 0 {
			fail(err)
		}
		// Who starts this in a process group of its own has it ignore the key, and what it starts too.
		ignoreKey.Call(0, 0)
	}
	command := exec.Command(args[0], args[1:]...)
	command.Stdout = output{os.Stdout}
	command.Stderr = output{os.Stderr}
	if err := command.Start(); err != nil {
		fail(err)
	}
	// Only now, since a program inherits that its parent ignores the key.
	ignoreKey.Call(0, 1)
	if interruptFile != "" {
		go interruptOnce(interruptFile)
	}
	err := command.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fail(err)
	}
	return 0
}

func interruptOnce(file string) {
	for {
		if _, err := os.Stat(file); err == nil {
			if done, _, err := pressKey.Call(ctrlC, 0); done == 0 {
				fail(err)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func hold(file string, milliseconds string) {
	path, err := syscall.UTF16PtrFromString(file)
	if err != nil {
		fail(err)
	}
	duration, err := strconv.Atoi(milliseconds)
	if err != nil {
		fail(err)
	}
	handle, err := syscall.CreateFile(path, syscall.GENERIC_READ, 0, nil, syscall.OPEN_EXISTING, 0, 0)
	if err != nil {
		fail(err)
	}
	fmt.Println("held")
	time.Sleep(time.Duration(duration) * time.Millisecond)
	syscall.CloseHandle(handle)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(127)
}
