package configfile

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// eachPath calls do with each key that names a file, at any depth.
func eachPath(target any, do func(key string, path *string)) {
	walk(reflect.ValueOf(target).Elem(), "", do)
}

func walk(v reflect.Value, key string, do func(key string, path *string)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Tag.Get("yaml"); name != "" {
				walk(v.Field(i), join(key, name), do)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", key, i), do)
		}
	case reflect.String:
		if isPath(key) && v.CanAddr() {
			do(key, v.Addr().Interface().(*string))
		}
	}
}

func isPath(key string) bool {
	return strings.HasSuffix(key, "_file") || slices.Contains([]string{"tls_cert", "tls_key", "fault"}, key)
}

// openToOthers is a warning of a secret that not only its owner can read. The
// bits say nothing on Windows.
func openToOthers(key, path string) string {
	secret := key == "tls_key" || key == "database_file" ||
		strings.HasSuffix(key, "password_file") || strings.HasSuffix(key, "secret_file")
	info, err := os.Stat(path)
	if !secret || err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return ""
	}
	return fmt.Sprintf("%s: others than its owner can read %s; chmod 600 it", key, path)
}
