package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"foyer/internal/secret"
)

func TestNoWayOfPrintingShowsTheSecret(t *testing.T) {
	s := secret.New("hunter2")
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "password", s)
	asJSON, err := json.Marshal(map[string]any{"p": s})
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s), log.String(), string(asJSON), fmt.Sprint(struct{ P secret.Text }{s})} {
		if strings.Contains(out, "hunter2") || strings.Contains(out, "68756e74657232") {
			t.Errorf("the secret shows in %q", out)
		}
	}
	if s.Reveal() != "hunter2" || !s.Equal(secret.New("hunter2")) || s.Equal(secret.New("hunter3")) {
		t.Error("Reveal or Equal is wrong")
	}
}
