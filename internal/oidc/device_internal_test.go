package oidc

import (
	"testing"
	"time"
)

func TestDevicePoll(t *testing.T) {
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		state DeviceState
		after time.Duration
		want  FailureCode // "" when redeemed
	}{
		"pending":                     {Pending, time.Second, AuthorizationPending},
		"pending, at the last moment": {Pending, DeviceLifetime - 1, AuthorizationPending},
		"pending, too old":            {Pending, DeviceLifetime, ExpiredToken},
		"approved":                    {Approved, time.Second, ""},
		"approved, too old":           {Approved, DeviceLifetime, ExpiredToken},
		"denied":                      {Denied, time.Second, AccessDenied},
		"denied, too old":             {Denied, DeviceLifetime, ExpiredToken},
		"redeemed":                    {Redeemed, time.Second, InvalidGrant},
		"redeemed, too old":           {Redeemed, DeviceLifetime, InvalidGrant},
	} {
		t.Run(name, func(t *testing.T) {
			d, refusal := Device{State: tt.state, Created: start, Expires: start.Add(DeviceLifetime)}.poll(start.Add(tt.after))
			var got FailureCode
			if refusal != nil {
				got = refusal.Code
			}
			if got != tt.want || tt.want == "" && d.State != Redeemed {
				t.Errorf("poll = %q and %s, want %q", got, d.State, tt.want)
			}
		})
	}
}

func TestDevicePace(t *testing.T) {
	const second = time.Second
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		polls []time.Duration // since the start
		slow  int             // how many of them are too fast
	}{
		"AWS's CLI: once before, once after the code is shown, then by the interval": {
			[]time.Duration{0, time.Millisecond, time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second}, 0},
		"three back to back":                  {[]time.Duration{0, 0, 0}, 0},
		"five back to back":                   {[]time.Duration{0, 0, 0, 0, 0}, 2},
		"twice as fast":                       {[]time.Duration{0, second / 2, second, second * 3 / 2, second * 2, second * 5 / 2, second * 3, second * 7 / 2, second * 4}, 2},
		"a little early, as networks have it": {[]time.Duration{0, time.Second - 200*time.Millisecond, 2 * time.Second, 3*time.Second - 300*time.Millisecond}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := Device{State: Pending, Created: start, Expires: start.Add(DeviceLifetime)}
			slow := 0
			for _, after := range tt.polls {
				var refusal *Failure
				if d, refusal = d.poll(start.Add(after)); refusal.Code == SlowDown {
					slow++
				}
			}
			if slow != tt.slow {
				t.Errorf("%d polls were too fast, want %d", slow, tt.slow)
			}
		})
	}
}
