// Package storetest holds every database to the promises of the Store
// interfaces, by one suite.
package storetest

import (
	"context"
	"testing"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/portal"
	"latchkey/internal/center/secret"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/sts"
)

// Store is everything that a database keeps.
type Store interface {
	oauth.Store
	signin.Store
	portal.Store
	sts.Store
	Administration
	State(ctx context.Context) (directory.State, error)
	Apply(ctx context.Context, change directory.Change) error
	EndAll(ctx context.Context, userID string) error
	PutTOTP(ctx context.Context, userID string, sealed []byte) error
	DeleteTOTP(ctx context.Context, userID string) error
	Sweep(ctx context.Context, now time.Time) (int64, error)
	SweepTurn(ctx context.Context, interval time.Duration, now time.Time) (bool, error)
	audit.Appender
	audit.Source
	ServerKey() secret.Key
	Close() error
}

// Run runs the suite. open returns a store: each time the same one while url
// is the same, which is unique to a subtest.
func Run(t *testing.T, open func(t *testing.T, url string) Store, newURL func(t *testing.T) string) {
	for name, test := range map[string]func(*testing.T, Store){
		"directory":            testDirectory,
		"apply is atomic":      testApplyAtomic,
		"pages":                testPages,
		"edit":                 testEdit,
		"edit refuses":         testEditRefuses,
		"edit ends":            testEditEnds,
		"edit removes":         testEditRemoves,
		"edit by many":         testEditMob,
		"stale plans":          testStale,
		"lists":                testLists,
		"lists of assignments": testListAssignments,
		"codes":                testCodes,
		"one code redeemer":    testRedeemCodeOnce,
		"rotation":             testRotate,
		"one rotation":         testRotateOnce,
		"sign-out of a family": testFamilyLogout,
		"password of a family": testFamilyNewPassword,
		"sweep of a family":    testFamilySweep,
		"device grants":        testDevice,
		"decisions are final":  testDecideOnce,
		"one redeemer":         testRedeemOnce,
		"audit":                testAudit,
		"audit by many":        testAuditByMany,
		"tokens":               testTokens,
		"sessions":             testSessions,
		"signed in":            testSignedIn,
		"address of a code":    testAddressOfCode,
		"ending one":           testEndOne,
		"ending what waits":    testEndAllowed,
		"ending all":           testEndAll,
		"new password":         testNewPassword,
		"throttle":             testThrottle,
		"link":                 testLink,
		"link keeps names":     testLinkNames,
		"link groups":          testLinkGroups,
		"link under a mob":     testLinkMob,
		"second factor":        testTOTP,
		"second factor's mob":  testTOTPMob,
		"too late":             testTooLate,
		"disabled meanwhile":   testMeanwhile,
		"throttle under a mob": testThrottleMob,
		"policies":             testPolicies,
		"sweep":                testSweep,
		"sweep of many":        testSweepMany,
		"sweep in turn":        testSweepTurn,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, newURL(t))
			t.Cleanup(func() { must(t, s.Close()) })
			test(t, s)
		})
	}
	t.Run("reopened", func(t *testing.T) { testReopened(t, open, newURL(t)) })
	t.Run("audit by replicas", func(t *testing.T) { testAuditByReplicas(t, open, newURL(t)) })
}

// start is the time at which all tests begin, of whole milliseconds.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func hash(name string) []byte {
	return secret.Hash(name)
}

// fill puts the directory of the suite in: alice in developers, bob in nothing.
func fill(t *testing.T, s Store) {
	t.Helper()
	must(t, s.Apply(t.Context(), directory.Change{
		Users: []directory.User{
			{ID: "u-alice", Name: "Alice", Email: "alice@example.com", PasswordHash: "hash"},
			{ID: "u-bob", Name: "bob"},
		},
		Groups: []directory.Group{{ID: "g-dev", Name: "developers", Members: []string{"u-alice"}}},
		Accounts: []directory.Account{
			{ID: "123456789022", Name: "Production", Email: "p@example.com", Position: 1},
			{ID: "123456789011", Name: "Developer", Email: "d@example.com", Position: 2},
			{ID: "123456789033", Name: "Nobody's", Position: 3},
		},
		PermissionSets: []directory.PermissionSet{
			{ID: "p-read", Name: "ReadOnly", SessionDuration: time.Hour, Position: 1},
			{ID: "p-full", Name: "FullAccess", SessionDuration: 90 * time.Minute, Position: 2},
		},
		Assignments: []directory.Assignment{
			{PrincipalID: "g-dev", AccountID: "123456789011", PermissionSetID: "p-full"},
			{PrincipalID: "g-dev", AccountID: "123456789011", PermissionSetID: "p-read"},
			{PrincipalID: "u-alice", AccountID: "123456789011", PermissionSetID: "p-read"},
			{PrincipalID: "u-alice", AccountID: "123456789022", PermissionSetID: "p-read"},
		},
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
