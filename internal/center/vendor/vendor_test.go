package vendor_test

import (
	"fmt"
	"strings"
	"testing"

	"latchkey/internal/center/vendor"
)

func TestCredentialsPrintNoSecret(t *testing.T) {
	c := vendor.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "s3cret", SessionToken: "t0ken", ARN: "arn"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		printed := fmt.Sprintf(verb, c) + fmt.Sprintf(verb, []vendor.Credentials{c}) + fmt.Sprintf(verb, struct{ C vendor.Credentials }{c})
		if strings.Contains(printed, "s3cret") || strings.Contains(printed, "t0ken") || !strings.Contains(printed, "ASIAEXAMPLE") {
			t.Errorf("%s prints %s", verb, printed)
		}
	}
}
