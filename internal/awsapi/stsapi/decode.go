package stsapi

import (
	"context"

	"foyer/internal/wire"
)

// decoding is what DecodeAuthorizationMessage demands.
func decoding(*wire.Call, *DecodeAuthorizationMessageRequest) []wire.Demand {
	return []wire.Demand{{Action: "sts:DecodeAuthorizationMessage", Resource: "*"}}
}

// DecodeAuthorizationMessage tells why a request of the caller's account was
// denied.
func (s *Service) DecodeAuthorizationMessage(_ context.Context, call *wire.Call, in *DecodeAuthorizationMessageRequest) (*DecodeAuthorizationMessageResponse, error) {
	decoded, err := s.Messages.Decode(call.Caller.Account, in.EncodedMessage, call.Time)
	if err != nil {
		return nil, err
	}
	return &DecodeAuthorizationMessageResponse{DecodedMessage: &decoded}, nil
}
