package config

import "reflect"

// Changed returns the flags whose values differ between two configurations, in the order of --help. Secrets count,
// although they are not shown.
func Changed(before, after Config) []string {
	var changed []string
	was, is := before.flags(), after.flags()
	for i, flag := range was {
		if configurable(flag) && !same(flag.Target, is[i].Target) {
			changed = append(changed, flag.Name)
		}
	}
	return changed
}

// same tells whether two values of one flag mean the same: an empty list is as good as none.
func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
