# Every module talks to Foyer with the AWS provider as it is; only the endpoints
# say where. The region and the keys come from the environment.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {
  description = "Where Foyer answers."
  type        = string
}

variable "change" {
  description = "What is written into everything that can be changed in place."
  type        = string
  default     = "first"
}

provider "aws" {
  endpoints {
    account       = var.endpoint
    iam           = var.endpoint
    identitystore = var.endpoint
    organizations = var.endpoint
    ssoadmin      = var.endpoint
    sts           = var.endpoint
  }

  default_tags {
    tags = { Stack = "terraform" }
  }
}
