// Package filename takes file names apart and puts them together for the
// packages that internal/warm needs. On Windows it is path/filepath. Elsewhere,
// where a name has no more to it than slashes, it does without: path/filepath
// becomes ready only after a great many packages that sort before it, among
// them all of the AWS SDK's schemas, and those would start before the answer
// of a cache hit.
//
// Nothing is cleaned: what ".." means after a link is the system's to say.
package filename
