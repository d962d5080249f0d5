data "aws_caller_identity" "me" {}

# Policies, and the three kinds of principals that have them.

data "aws_iam_policy_document" "queues" {
  statement {
    sid       = "Queues"
    actions   = ["sqs:ReceiveMessage", "sqs:SendMessage"]
    resources = ["arn:aws:sqs:*:${data.aws_caller_identity.me.account_id}:${var.change}-*"]
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/team"
      values   = ["payments"]
    }
  }
}

resource "aws_iam_policy" "queues" {
  name        = "queues"
  path        = "/work/"
  description = "Reads and writes queues."
  policy      = data.aws_iam_policy_document.queues.json
  tags        = { Change = var.change }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.me.account_id]
    }
  }
}

resource "aws_iam_role" "worker" {
  name                 = "worker"
  path                 = "/work/"
  description          = "Works, ${var.change}."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = var.change == "first" ? 3600 : 7200
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = { Change = var.change }
}

resource "aws_iam_role_policy" "worker" {
  name   = "inline"
  role   = aws_iam_role.worker.name
  policy = data.aws_iam_policy_document.queues.json
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = aws_iam_policy.queues.arn
}

resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_instance_profile" "worker" {
  name = "worker"
  role = aws_iam_role.worker.name
  tags = { Change = var.change }
}

resource "aws_iam_user" "ann" {
  name                 = var.change == "first" ? "ann" : "ann.renamed"
  path                 = "/people/"
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  force_destroy        = true
  tags                 = { Change = var.change, team = "payments" }
}

resource "aws_iam_user_policy" "ann" {
  name   = "inline"
  user   = aws_iam_user.ann.name
  policy = data.aws_iam_policy_document.queues.json
}

resource "aws_iam_user_policy_attachment" "ann" {
  user       = aws_iam_user.ann.name
  policy_arn = aws_iam_policy.queues.arn
}

resource "aws_iam_access_key" "ann" {
  user   = aws_iam_user.ann.name
  status = var.change == "first" ? "Active" : "Inactive"
}

resource "aws_iam_group" "workers" {
  name = "workers"
  path = var.change == "first" ? "/" : "/work/"
}

resource "aws_iam_group_policy" "workers" {
  name   = "inline"
  group  = aws_iam_group.workers.name
  policy = data.aws_iam_policy_document.queues.json
}

resource "aws_iam_group_policy_attachment" "workers" {
  group      = aws_iam_group.workers.name
  policy_arn = aws_iam_policy.queues.arn
}

resource "aws_iam_user_group_membership" "ann" {
  user   = aws_iam_user.ann.name
  groups = [aws_iam_group.workers.name]
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group_membership" "readers" {
  name  = "readers"
  group = aws_iam_group.readers.name
  users = [aws_iam_user.ann.name]
}

resource "aws_iam_group_policies_exclusive" "workers" {
  group_name   = aws_iam_group.workers.name
  policy_names = [aws_iam_group_policy.workers.name]
}

resource "aws_iam_role_policies_exclusive" "worker" {
  role_name    = aws_iam_role.worker.name
  policy_names = [aws_iam_role_policy.worker.name]
}

resource "aws_iam_user_policies_exclusive" "ann" {
  user_name    = aws_iam_user.ann.name
  policy_names = [aws_iam_user_policy.ann.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "worker" {
  role_name = aws_iam_role.worker.name
  policy_arns = [
    aws_iam_role_policy_attachment.worker.policy_arn,
    aws_iam_role_policy_attachment.read.policy_arn,
  ]
}

resource "aws_iam_service_linked_role" "scaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "work"
  description      = "Scales, ${var.change}."
}

# Identity providers.

resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = var.change == "first" ? ["sts.amazonaws.com"] : ["sts.amazonaws.com", "other"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
  tags            = { Change = var.change }
}

resource "aws_iam_saml_provider" "company" {
  name                   = "company"
  saml_metadata_document = file("${path.module}/metadata.xml")
  tags                   = { Change = var.change }
}

# What can be read.

data "aws_iam_role" "worker" {
  name = aws_iam_role.worker.name
}

data "aws_iam_roles" "work" {
  path_prefix = "/work/"
  depends_on  = [aws_iam_role.worker]
}

data "aws_iam_user" "ann" {
  user_name = aws_iam_user.ann.name
}

data "aws_iam_users" "people" {
  path_prefix = "/people/"
  depends_on  = [aws_iam_user.ann]
}

data "aws_iam_group" "workers" {
  group_name = aws_iam_group.workers.name
  depends_on = [aws_iam_user_group_membership.ann]
}

data "aws_iam_policy" "queues" {
  arn = aws_iam_policy.queues.arn
}

data "aws_iam_policy" "by_name" {
  name = "AdministratorAccess"
}

data "aws_iam_access_keys" "ann" {
  user = aws_iam_access_key.ann.user
}

data "aws_iam_instance_profile" "worker" {
  name = aws_iam_instance_profile.worker.name
}

data "aws_iam_openid_connect_provider" "github" {
  arn = aws_iam_openid_connect_provider.github.arn
}

data "aws_iam_saml_provider" "company" {
  arn = aws_iam_saml_provider.company.arn
}

data "aws_iam_session_context" "me" {
  arn = data.aws_caller_identity.me.arn
}

# Who may do what, asked before anything is tried.
data "aws_iam_principal_policy_simulation" "worker" {
  action_names      = ["sqs:SendMessage"]
  policy_source_arn = aws_iam_role.worker.arn
  resource_arns     = ["arn:aws:sqs:us-east-1:${data.aws_caller_identity.me.account_id}:${var.change}-in"]
  context {
    key    = "aws:PrincipalTag/team"
    type   = "string"
    values = ["payments"]
  }
  depends_on = [aws_iam_role_policy_attachment.worker, aws_iam_role_policy.worker]

  lifecycle {
    postcondition {
      condition     = self.all_allowed
      error_message = "The worker may not send."
    }
  }
}

output "reads" {
  value = {
    role      = data.aws_iam_role.worker.arn
    roles     = data.aws_iam_roles.work.names
    user      = data.aws_iam_user.ann.arn
    users     = data.aws_iam_users.people.names
    group     = [for u in data.aws_iam_group.workers.users : u.user_name]
    policy    = data.aws_iam_policy.by_name.arn
    keys      = length(data.aws_iam_access_keys.ann.access_keys)
    profile   = data.aws_iam_instance_profile.worker.role_name
    simulated = data.aws_iam_principal_policy_simulation.worker.results[*].decision
  }
}

# What users prove themselves with, and the account's settings for it.

resource "aws_iam_account_alias" "this" {
  account_alias = "foyer-terraform"
}

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length        = var.change == "first" ? 14 : 16
  require_symbols                = true
  allow_users_to_change_password = true
  password_reuse_prevention      = 5
}

resource "aws_iam_security_token_service_preferences" "this" {
  global_endpoint_token_version = var.change == "first" ? "v2Token" : "v1Token"
}

resource "aws_iam_user" "ben" {
  name          = "ben"
  force_destroy = true
}

resource "aws_iam_user_login_profile" "ben" {
  user                    = aws_iam_user.ben.name
  password_reset_required = true
}

resource "aws_iam_user_ssh_key" "ben" {
  username   = aws_iam_user.ben.name
  encoding   = "SSH"
  status     = var.change == "first" ? "Active" : "Inactive"
  public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDRwM3KlP94Kocc9JdghEdiwVNR96xa1OBBhvj1WT4tHVWMFeTSAewiZ/7M7ahgccqShbKtuBJm2RinoiqoK5D38wo7VyfCRrQIUHmKAnEKzFIn4vCKpusE+XOEmXauEdjo441M4K6C6OFZk2vQuHwRxfopYHhfN3DnsIApsOS0d338e8xnh6/Cdw9g0HtZqvs0J9JIlzNrTPYU6pZr648U+evOl3b2lqNzs7fkM48K98iBqfISSLSd4m3eEQrAqsXuTzQ5joDEbagfUZx24kH8WtbGFxTv5+aM9CxrzXicl0hwJy2SYxzR045Dvtf+HK2oXDETan2RjSkKI2zADQ2f ann@example"
}

resource "aws_iam_signing_certificate" "ben" {
  user_name        = aws_iam_user.ben.name
  status           = var.change == "first" ? "Active" : "Inactive"
  certificate_body = file("${path.module}/server.crt")
}

resource "aws_iam_service_specific_credential" "ben" {
  user_name    = aws_iam_user.ben.name
  service_name = "codecommit.amazonaws.com"
}

resource "aws_iam_virtual_mfa_device" "ben" {
  virtual_mfa_device_name = "ben"
  tags                    = { Change = var.change }
}

resource "aws_iam_server_certificate" "shop" {
  name             = "shop"
  certificate_body = file("${path.module}/server.crt")
  private_key      = file("${path.module}/server.key")
  tags             = { Change = var.change }
}

data "aws_iam_account_alias" "this" {
  depends_on = [aws_iam_account_alias.this]
}

data "aws_iam_server_certificate" "shop" {
  name = aws_iam_server_certificate.shop.name
}

data "aws_iam_user_ssh_key" "ben" {
  encoding          = "SSH"
  ssh_public_key_id = aws_iam_user_ssh_key.ben.ssh_public_key_id
  username          = aws_iam_user_ssh_key.ben.username
}
