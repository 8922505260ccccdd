package compat_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"latchkey/internal/ssocache"
)

// asSDK names a profile to this program, which is then nothing but the AWS SDK
// for Go: the SDK takes all that it goes by from its process's environment.
const asSDK = "LATCHKEY_COMPAT_SDK"

// sdkMain prints who the SDK is with a profile. It reads the endpoints of STS,
// SSO and SSO OIDC from the profile's services section.
func sdkMain(profile string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile))
	if err == nil {
		var who *sts.GetCallerIdentityOutput
		if who, err = sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil); err == nil {
			fmt.Print(aws.ToString(who.Arn))
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// sdkARN is who the AWS SDK for Go is on m with a profile.
func sdkARN(t *testing.T, m *machine, profile string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return string(m.with(asSDK+"="+profile).run(t, self))
}

// TestSDKProfile: the AWS SDK for Go v2 takes profiles of every kind as they are.
func TestSDKProfile(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	configureKinds(t, m, startCenter(t))
	for _, kind := range kinds {
		t.Run(kind.profile, func(t *testing.T) {
			if arn := sdkARN(t, m, kind.profile); !kind.arn.MatchString(arn) {
				t.Errorf("the SDK is %s, want %s", arn, kind.arn)
			}
		})
	}
	t.Run("refreshes the session", func(t *testing.T) { sdkRefreshes(t, m) })
}

// sdkRefreshes: an old token of a session is no end of it for the SDK, and what
// it leaves in the cache serves latchkey.
func sdkRefreshes(t *testing.T, m *machine) {
	t.Helper()
	token := func() ssocache.Token {
		t.Helper()
		token, err := ssocache.In(m.home).Token(ssocache.TokenKey("", "corp"))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	before := token()
	age(t, m)
	if arn := sdkARN(t, m, "in-session"); !roleARN.MatchString(arn) {
		t.Errorf("the SDK is %s, want %s", arn, roleARN)
	}
	after := token()
	if after.AccessToken == before.AccessToken || after.RefreshToken == before.RefreshToken {
		t.Error("the SDK did not refresh the token")
	}
	identityOf(t, m.run(t, program(t, "latchkey"), "sts", "get-caller-identity", "--profile", "in-session"))
	if token().AccessToken != after.AccessToken {
		t.Error("latchkey refreshed a token that was fresh")
	}
}
