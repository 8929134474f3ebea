terraform {
  required_version = ">= 1.9"

  required_providers {
    google      = { source = "hashicorp/google", version = "~> 6.50" }
    google-beta = { source = "hashicorp/google-beta", version = "~> 6.50" }
  }

  # The bucket and the prefix are the stage's: ./deploy.sh passes them to `terraform init`.
  backend "gcs" {}
}

provider "google" {
  project               = var.project
  region                = var.region
  billing_project       = var.project
  user_project_override = true
  default_labels        = local.labels
}

# API Gateway's resources are in the beta provider alone.
provider "google-beta" {
  project               = var.project
  region                = var.region
  billing_project       = var.project
  user_project_override = true
  default_labels        = local.labels
}

locals {
  labels = { app = "xynergy", stage = var.stage }
  # Every bucket of the world shares one set of names.
  bucket_suffix = "-${var.project}"
  kept          = var.stage == "prod"
}

data "google_project" "this" {
  project_id = var.project
}
