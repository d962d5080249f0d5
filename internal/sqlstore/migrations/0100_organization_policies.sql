-- +goose Up
-- An organization has policies of many types; policy_types are those that its
-- root has enabled, in one text with spaces between.
ALTER TABLE control_policy RENAME TO organization_policy;
ALTER TABLE organization_policy ADD COLUMN type TEXT NOT NULL DEFAULT 'SERVICE_CONTROL_POLICY';
ALTER TABLE organization_policy ADD COLUMN updated BIGINT NOT NULL DEFAULT 0;
DROP INDEX control_policy_name;
CREATE UNIQUE INDEX organization_policy_name ON organization_policy (organization, type, name);
CREATE INDEX organization_policy_type ON organization_policy (organization, type, id);

ALTER TABLE control_attachment RENAME TO organization_attachment;
ALTER TABLE organization_attachment ADD COLUMN attached BIGINT NOT NULL DEFAULT 0;

ALTER TABLE organization ADD COLUMN policy_types TEXT NOT NULL DEFAULT '';
UPDATE organization SET policy_types = 'SERVICE_CONTROL_POLICY' WHERE control = 1;
ALTER TABLE organization DROP COLUMN control;

-- Every organization holds the resource control policy that AWS makes.
INSERT INTO policy_document (hash, text)
    SELECT '3e37055a78f53e536d1f0c3607d28b9ecfabf1d2d1b35535eea74d66f57ada63', '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
    WHERE EXISTS (SELECT 1 FROM organization) ON CONFLICT DO NOTHING;
INSERT INTO organization_policy (organization, id, type, name, description, content, aws_managed)
    SELECT id, 'p-RCPFullAWSAccess', 'RESOURCE_CONTROL_POLICY', 'RCPFullAWSAccess', 'Allows access to every resource',
        '3e37055a78f53e536d1f0c3607d28b9ecfabf1d2d1b35535eea74d66f57ada63', 1 FROM organization;
