package foyerapi

import (
	"testing"

	"foyer/internal/wire/wiretest"
)

func contract() wiretest.Service {
	return wiretest.Service{API: newAPI(notBuilt{}, nil, nil), Shapes: shapes, Operations: notBuilt{}}
}

func TestContract(t *testing.T) { wiretest.Contract(t, contract()) }
