// Package audit records what happened: one CloudTrail-shaped event for every
// call, sign-in and service action.
package audit
