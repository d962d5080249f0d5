data "aws_ssoadmin_instances" "this" {}
data "aws_caller_identity" "me" {}

locals {
  instance = one(data.aws_ssoadmin_instances.this.arns)
  store    = one(data.aws_ssoadmin_instances.this.identity_store_ids)
}

# People and groups.

resource "aws_identitystore_user" "ada" {
  identity_store_id  = local.store
  user_name          = "ada"
  display_name       = "Ada ${var.change}"
  title              = "Engineer"
  locale             = "en-GB"
  timezone           = "Europe/London"
  nickname           = "Ada"
  preferred_language = "en"
  profile_url        = "https://people.example/ada"
  user_type          = "employee"

  name {
    given_name       = "Ada"
    family_name      = "King"
    formatted        = "Ada King ${var.change}"
    honorific_prefix = "Lady"
  }
  emails {
    value   = "ada@terraform.example"
    type    = "work"
    primary = true
  }
  phone_numbers {
    value   = "+44 20 0000 0000"
    type    = "work"
    primary = true
  }
  addresses {
    street_address = "1 Engine Row"
    locality       = "London"
    postal_code    = "E1"
    country        = "GB"
    type           = "work"
    primary        = true
  }
}

resource "aws_identitystore_group" "engineers" {
  identity_store_id = local.store
  display_name      = "Engineers"
  description       = "Build engines, ${var.change}."
}

resource "aws_identitystore_group_membership" "ada" {
  identity_store_id = local.store
  group_id          = aws_identitystore_group.engineers.group_id
  member_id         = aws_identitystore_user.ada.user_id
}

# A permission set with everything that one can hold.

resource "aws_ssoadmin_permission_set" "engineer" {
  name             = "Engineer"
  description      = "What engineers do, ${var.change}."
  instance_arn     = local.instance
  session_duration = var.change == "first" ? "PT2H" : "PT4H"
  relay_state      = "https://console.aws.amazon.com/sqs"
  tags             = { Change = var.change }
}

resource "aws_ssoadmin_managed_policy_attachment" "read" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.engineer.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
  depends_on         = [aws_ssoadmin_account_assignment.engineers]
}

resource "aws_iam_policy" "queues" {
  name = "EngineerQueues"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:*", Resource = "*" }]
  })
}

resource "aws_ssoadmin_customer_managed_policy_attachment" "queues" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.engineer.arn
  customer_managed_policy_reference {
    name = aws_iam_policy.queues.name
    path = "/"
  }
}

resource "aws_ssoadmin_permission_set_inline_policy" "engineer" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.engineer.arn
  inline_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = var.change, Effect = "Allow", Action = "sns:Publish", Resource = "*" }]
  })
}

resource "aws_ssoadmin_permissions_boundary_attachment" "engineer" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.engineer.arn
  permissions_boundary {
    managed_policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
  }
}

# Another one, whose policies are those of these lists and no others.

resource "aws_ssoadmin_permission_set" "auditor" {
  name         = "Auditor"
  instance_arn = local.instance
}

resource "aws_ssoadmin_managed_policy_attachments_exclusive" "auditor" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.auditor.arn
  managed_policy_arns = [
    "arn:aws:iam::aws:policy/${var.change == "first" ? "ReadOnlyAccess" : "SecurityAudit"}",
    "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
  ]
}

resource "aws_ssoadmin_customer_managed_policy_attachments_exclusive" "auditor" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.auditor.arn
  customer_managed_policy_reference {
    name = "Audit-${var.change}"
    path = "/team/"
  }
}

resource "aws_ssoadmin_account_assignment" "engineers" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.engineer.arn
  principal_id       = aws_identitystore_group.engineers.group_id
  principal_type     = "GROUP"
  target_id          = data.aws_caller_identity.me.account_id
  target_type        = "AWS_ACCOUNT"
}

resource "aws_ssoadmin_account_assignment" "ada" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.engineer.arn
  principal_id       = aws_identitystore_user.ada.user_id
  principal_type     = "USER"
  target_id          = data.aws_caller_identity.me.account_id
  target_type        = "AWS_ACCOUNT"
}

resource "aws_ssoadmin_instance_access_control_attributes" "this" {
  instance_arn = local.instance
  attribute {
    key = "team"
    value { source = ["$${path:title}"] }
  }
  attribute {
    key = "login"
    value { source = [var.change == "first" ? "$${path:userName}" : "$${path:emails[primary eq true].value}"] }
  }
}

# Applications and those who sign tokens for them.

resource "aws_ssoadmin_application" "wiki" {
  name                     = "wiki"
  description              = "Where things are written down, ${var.change}."
  application_provider_arn = "arn:aws:sso::aws:applicationProvider/custom"
  instance_arn             = local.instance
  status                   = "ENABLED"
  portal_options {
    visibility = "ENABLED"
    sign_in_options {
      application_url = "https://wiki.example/${var.change}"
      origin          = "APPLICATION"
    }
  }
  tags = { Change = var.change }
}

resource "aws_ssoadmin_application_assignment_configuration" "wiki" {
  application_arn     = aws_ssoadmin_application.wiki.arn
  assignment_required = var.change == "first"
}

resource "aws_ssoadmin_application_assignment" "wiki" {
  application_arn = aws_ssoadmin_application.wiki.arn
  principal_id    = aws_identitystore_group.engineers.group_id
  principal_type  = "GROUP"
}

resource "aws_ssoadmin_application_access_scope" "wiki" {
  application_arn    = aws_ssoadmin_application.wiki.arn
  authorized_targets = [aws_ssoadmin_application.wiki.arn]
  scope              = "sso:account:access"
}

resource "aws_ssoadmin_trusted_token_issuer" "company" {
  name                      = "company-${var.change}"
  instance_arn              = local.instance
  trusted_token_issuer_type = "OIDC_JWT"
  trusted_token_issuer_configuration {
    oidc_jwt_configuration {
      claim_attribute_path          = "email"
      identity_store_attribute_path = "emails.value"
      issuer_url                    = "https://tokens.example"
      jwks_retrieval_option         = "OPEN_ID_DISCOVERY"
    }
  }
  tags = { Change = var.change }
}

# What can be read.

data "aws_identitystore_user" "ada" {
  identity_store_id = local.store
  alternate_identifier {
    unique_attribute {
      attribute_path  = "UserName"
      attribute_value = aws_identitystore_user.ada.user_name
    }
  }
}

data "aws_identitystore_group" "engineers" {
  identity_store_id = local.store
  alternate_identifier {
    unique_attribute {
      attribute_path  = "DisplayName"
      attribute_value = aws_identitystore_group.engineers.display_name
    }
  }
}

data "aws_identitystore_groups" "all" {
  identity_store_id = local.store
  depends_on        = [aws_identitystore_group.engineers]
}

data "aws_identitystore_users" "all" {
  identity_store_id = local.store
  depends_on        = [aws_identitystore_user.ada]
}

data "aws_identitystore_group_memberships" "engineers" {
  identity_store_id = local.store
  group_id          = aws_identitystore_group.engineers.group_id
  depends_on        = [aws_identitystore_group_membership.ada]
}

data "aws_ssoadmin_permission_set" "engineer" {
  instance_arn = local.instance
  name         = aws_ssoadmin_permission_set.engineer.name
}

data "aws_ssoadmin_permission_sets" "all" {
  instance_arn = local.instance
  depends_on   = [aws_ssoadmin_permission_set.engineer]
}

data "aws_ssoadmin_application" "wiki" {
  application_arn = aws_ssoadmin_application.wiki.arn
}

data "aws_ssoadmin_application_assignments" "wiki" {
  application_arn = aws_ssoadmin_application_assignment.wiki.application_arn
}

data "aws_ssoadmin_principal_application_assignments" "engineers" {
  instance_arn   = local.instance
  principal_id   = aws_identitystore_group.engineers.group_id
  principal_type = "GROUP"
  depends_on     = [aws_ssoadmin_application_assignment.wiki]
}

data "aws_ssoadmin_application_providers" "all" {}

# The role stands in the account when the assignment does.
data "aws_iam_roles" "reserved" {
  path_prefix = "/aws-reserved/sso.amazonaws.com/"
  name_regex  = "AWSReservedSSO_Engineer_[0-9a-f]{16}"
  depends_on  = [aws_ssoadmin_account_assignment.engineers]
}

output "reads" {
  value = {
    user         = data.aws_identitystore_user.ada.display_name
    group        = data.aws_identitystore_group.engineers.description
    members      = length(data.aws_identitystore_group_memberships.engineers.group_memberships)
    duration     = data.aws_ssoadmin_permission_set.engineer.session_duration
    sets         = length(data.aws_ssoadmin_permission_sets.all.arns)
    application  = data.aws_ssoadmin_application.wiki.name
    applications = length(data.aws_ssoadmin_principal_application_assignments.engineers.application_assignments)
    roles        = length(data.aws_iam_roles.reserved.names)
  }
}
