package starturl

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// regionForm is the form of AWS's region names: words and a number, as in
// us-east-1 or us-gov-west-1.
var regionForm = regexp.MustCompile(`^[a-z]{2,8}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$`)

// CheckRegion reports why region cannot be one, as a *HintError. A region
// becomes part of the host name that secrets are sent to, so anything but
// AWS's form is refused; a region of that form which is not known here passes,
// since AWS opens new ones.
func CheckRegion(region string) error {
	switch {
	case region == "":
		return &HintError{"the region is empty", "give the region of the Identity Center, such as us-east-1"}
	case regionForm.MatchString(region):
		return nil
	}
	if near := nearestRegion(region); near != "" {
		return &HintError{fmt.Sprintf("%q is not a region", region), fmt.Sprintf("did you mean %s?", near)}
	}
	return &HintError{fmt.Sprintf("%q is not a region", region), "a region looks like us-east-1"}
}

// nearestRegion returns the known region that raw is when case, spaces and
// separators are set aside, "" when there is none.
func nearestRegion(raw string) string {
	bare := func(s string) string {
		return strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(strings.ToLower(s))
	}
	i := slices.IndexFunc(KnownRegions(), func(known string) bool { return bare(known) == bare(raw) })
	if i < 0 {
		return ""
	}
	return KnownRegions()[i]
}

// KnownRegions returns the regions that the AWS CLI offers for an SSO region,
// sorted: those of the aws partition where SSO OIDC exists.
func KnownRegions() []string {
	return []string{
		"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
		"ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
		"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1",
		"eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
		"il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2",
		"us-west-1", "us-west-2",
	}
}
