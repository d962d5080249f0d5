// Package accessanalyzerapi serves AWS's API of access analysis. None of its
// operations is built yet: each answers with an error that names it.
package accessanalyzerapi

import "foyer/internal/wire"

// Service answers the API.
type Service struct{ notBuilt }

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API { return newAPI(s, nil, unknown) }

// unknown words a failure that no operation can have yet.
func unknown(err error) *wire.Error {
	return &wire.Error{Code: "InternalServerException", Message: "An internal error occurred.", Status: 500, Err: err}
}
