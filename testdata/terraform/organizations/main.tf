# The organization is there already, as Foyer begins with one: it is imported.
import {
  to = aws_organizations_organization.this
  id = data.aws_organizations_organization.there.id
}

data "aws_organizations_organization" "there" {}

resource "aws_organizations_organization" "this" {
  feature_set                   = "ALL"
  aws_service_access_principals = ["account.amazonaws.com", "sso.amazonaws.com"]
  enabled_policy_types          = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"]
}

resource "aws_organizations_organizational_unit" "work" {
  name      = var.change == "first" ? "work" : "Work"
  parent_id = aws_organizations_organization.this.roots[0].id
  tags      = { Change = var.change }
}

resource "aws_organizations_organizational_unit" "deep" {
  name      = "deep"
  parent_id = aws_organizations_organizational_unit.work.id
}

resource "aws_organizations_account" "shop" {
  name              = "shop"
  email             = "shop@terraform.example"
  parent_id         = var.change == "first" ? aws_organizations_organizational_unit.work.id : aws_organizations_organization.this.roots[0].id # a closed account stays where it is
  role_name         = "Admin"
  close_on_deletion = true
  tags              = { Change = var.change }

  lifecycle {
    ignore_changes = [role_name] # nothing tells it, once the account is there
  }
}

resource "aws_organizations_policy" "guard" {
  name        = "guard-${var.change}"
  description = "Nobody leaves."
  content = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = var.change, Effect = "Deny", Action = "organizations:LeaveOrganization", Resource = "*" }]
  })
  tags       = { Change = var.change }
  depends_on = [aws_organizations_organization.this]
}

resource "aws_organizations_policy" "perimeter" {
  name = "perimeter"
  type = "RESOURCE_CONTROL_POLICY"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny", Principal = "*", Action = "sts:AssumeRole", Resource = "*"
      Condition = { Bool = { "aws:SecureTransport" = "false" }, StringEquals = { "aws:ResourceTag/strict" = var.change } }
    }]
  })
  depends_on = [aws_organizations_organization.this]
}

resource "aws_organizations_policy" "tags" {
  name       = "tags"
  type       = "TAG_POLICY"
  content    = jsonencode({ tags = { costcenter = { tag_key = { "@@assign" = "CostCenter" }, tag_value = { "@@assign" = [var.change] } } } })
  depends_on = [aws_organizations_organization.this]
}

resource "aws_organizations_policy_attachment" "guard" {
  policy_id = aws_organizations_policy.guard.id
  target_id = aws_organizations_organizational_unit.work.id
}

resource "aws_organizations_policy_attachment" "tags" {
  policy_id = aws_organizations_policy.tags.id
  target_id = aws_organizations_account.shop.id
}

resource "aws_organizations_delegated_administrator" "sso" {
  account_id        = aws_organizations_account.shop.id
  service_principal = "sso.amazonaws.com"
}

resource "aws_organizations_resource_policy" "this" {
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read", Effect = "Allow"
      Principal = { AWS = "arn:aws:iam::${aws_organizations_account.shop.id}:root" }
      Action    = ["organizations:DescribeOrganization", "organizations:ListAccounts"], Resource = "*"
    }]
  })
  tags = { Change = var.change }
}

data "aws_organizations_organizational_units" "top" {
  parent_id  = aws_organizations_organization.this.roots[0].id
  depends_on = [aws_organizations_organizational_unit.work]
}

data "aws_organizations_organizational_unit" "work" {
  parent_id = aws_organizations_organization.this.roots[0].id
  name      = aws_organizations_organizational_unit.work.name
}

data "aws_organizations_organizational_unit_descendant_accounts" "work" {
  parent_id  = aws_organizations_organizational_unit.work.id
  depends_on = [aws_organizations_account.shop]
}

data "aws_organizations_organizational_unit_descendant_organizational_units" "work" {
  parent_id  = aws_organizations_organizational_unit.work.id
  depends_on = [aws_organizations_organizational_unit.deep]
}

data "aws_organizations_policy" "guard" {
  policy_id = aws_organizations_policy.guard.id
}

data "aws_organizations_policies" "scps" {
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy.guard]
}

data "aws_organizations_policies_for_target" "work" {
  target_id  = aws_organizations_organizational_unit.work.id
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy_attachment.guard]
}

data "aws_organizations_delegated_administrators" "sso" {
  service_principal = "sso.amazonaws.com"
  depends_on        = [aws_organizations_delegated_administrator.sso]
}

data "aws_organizations_delegated_services" "shop" {
  account_id = aws_organizations_delegated_administrator.sso.account_id
}

data "aws_organizations_resource_tags" "shop" {
  resource_id = aws_organizations_account.shop.id
}

output "reads" {
  value = {
    units     = length(data.aws_organizations_organizational_units.top.children)
    accounts  = [for a in data.aws_organizations_organizational_unit_descendant_accounts.work.accounts : a.name]
    deep      = [for u in data.aws_organizations_organizational_unit_descendant_organizational_units.work.children : u.name]
    scps      = length(data.aws_organizations_policies.scps.ids)
    effective = length(data.aws_organizations_policies_for_target.work.ids)
    delegated = [for a in data.aws_organizations_delegated_administrators.sso.delegated_administrators : a.name]
    services  = [for s in data.aws_organizations_delegated_services.shop.delegated_services : s.service_principal]
    tags      = data.aws_organizations_resource_tags.shop.tags
  }
}
