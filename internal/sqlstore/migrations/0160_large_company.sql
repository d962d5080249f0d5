-- +goose Up
-- What a person has is read from these indexes alone: where hundreds of
-- assignments through many groups lie all over a large store, each row that
-- need not be fetched counts.
DROP INDEX account_assignment_principal;
CREATE INDEX account_assignment_held ON account_assignment (principal_id, principal_type, active, account, permission_set, created);
DROP INDEX directory_membership_user;
CREATE INDEX directory_membership_of ON directory_membership (user_id, id, group_id);
