package browser

import (
	"os/exec"
	"time"
)

// settle is how long a program is watched: one that cannot open the page says
// so at once, one that can may run for as long as the person reads.
const settle = 300 * time.Millisecond

// start runs argv with nothing to read, nothing to write to, and in a session
// of its own, so that a text browser cannot take the terminal over and Ctrl-C
// does not close the person's browser.
func start(argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = ownSession()
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	moment := time.NewTimer(settle)
	defer moment.Stop()
	select {
	case err := <-ended:
		return err
	case <-moment.C:
		return nil
	}
}
