package iamapi_test

import (
	"testing"

	"foyer/internal/caller"
	"foyer/internal/lastaccess"
)

func TestAccessKeysTellTheirLastUse(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		h.tell(t, []step{
			{call: "CreateUser UserName=ann"},
			{call: "CreateAccessKey UserName=ann", shows: `<AccessKeyId>(.+?)<`, keeps: "Key"},
			{call: "CreateAccessKey", shows: `<AccessKeyId>(.+?)<`, keeps: "Root"},
			{call: "GetAccessKeyLastUsed AccessKeyId=AKIAAAAAAAAAAAAAAAAA", fails: "NoSuchEntity The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found."},
			{call: "GetAccessKeyLastUsed AccessKeyId=short", fails: "ValidationError 1 validation error detected: Value 'short' at 'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16"},
			{call: "GetAccessKeyLastUsed AccessKeyId=$Key", shows: `(?s)<UserName>ann<.*<ServiceName>N/A<.*<Region>N/A<`, lacks: "LastUsedDate"},
			{call: "GetAccessKeyLastUsed AccessKeyId=$Root", shows: `<Region>N/A<`, lacks: "UserName"},
		})
		for i, service := range []string{"s3", "iam", "sts"} {
			h.LastAccess.Recorder.Note(lastaccess.Access{
				Principal: h.kept["Key"], Account: account, Service: service, Action: "Get", Region: "eu-west-1", At: h.clock.AddDate(0, 0, []int{-3, -1, -2}[i]),
			})
		}
		h.tell(t, []step{{call: "GetAccessKeyLastUsed AccessKeyId=$Key", shows: `(?s)<LastUsedDate>2026-11-22T12:00:00Z<.*<ServiceName>iam<.*<Region>eu-west-1<`}})
		h.caller = caller.Caller{Kind: caller.Root, Account: "444455556666", ARN: "arn:aws:iam::444455556666:root", ID: "444455556666"}
		h.tell(t, []step{{call: "GetAccessKeyLastUsed AccessKeyId=$Key", fails: "NoSuchEntity The Access Key with id $Key cannot be found."}})
	})
}
