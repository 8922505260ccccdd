package ssocache

import "latchkey/internal/awscred"

// providerType marks the credentials which came from a sign-in, as against
// those of an assumed role, which share the directory.
const providerType = "sso"

// Credentials reads the role credentials of key. Their age is the caller's to
// judge.
func (d Dir) Credentials(key string) (awscred.Credentials, error) {
	o, err := read(d.CLI, key)
	if err != nil {
		return awscred.Credentials{}, err
	}
	inner := o.object("Credentials")
	c := awscred.Credentials{
		AccessKeyID:     inner.str("AccessKeyId"),
		SecretAccessKey: awscred.Secret(inner.str("SecretAccessKey")),
		SessionToken:    awscred.Secret(inner.str("SessionToken")),
		Expiration:      inner.time("Expiration"),
		AccountID:       inner.str("AccountId"),
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" || c.SessionToken == "" || c.Expiration.IsZero() {
		return awscred.Credentials{}, ErrNotFound
	}
	return c, nil
}

// PutCredentials replaces the role credentials of key.
func (d Dir) PutCredentials(key string, c awscred.Credentials) error {
	inner := newObject()
	inner.str("AccessKeyId", c.AccessKeyID)
	inner.str("SecretAccessKey", c.SecretAccessKey.Reveal())
	inner.str("SessionToken", c.SessionToken.Reveal())
	inner.time("Expiration", c.Expiration)
	if c.AccountID != "" {
		inner.str("AccountId", c.AccountID)
	}
	w := newObject()
	w.str("ProviderType", providerType)
	w.raw("Credentials", inner.bytes())
	return write(d.CLI, key, w.bytes())
}

// CredentialsKeys lists the keys of all role credentials that came from a
// sign-in.
func (d Dir) CredentialsKeys() ([]string, error) {
	all, err := keys(d.CLI)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, key := range all {
		if o, err := readListed(d.CLI, key); err == nil && o.str("ProviderType") == providerType {
			found = append(found, key)
		}
	}
	return found, nil
}

// RemoveCredentials deletes the role credentials of key; missing ones are no
// error.
func (d Dir) RemoveCredentials(key string) error { return remove(d.CLI, key) }
