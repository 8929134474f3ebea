# Google's services that the platform uses. They stay on when a stage is destroyed: others may use them, too.

resource "google_project_service" "used" {
  for_each = toset([
    "apigateway", "artifactregistry", "bigquery", "billingbudgets", "cloudbuild", "cloudscheduler", "compute",
    "eventarc", "firebaserules", "firestore", "iam", "logging", "monitoring", "pubsub", "redis", "run",
    "secretmanager", "servicecontrol", "servicemanagement", "storage",
  ])
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

# Who read which object and which secret is written down, beside who changed what.
resource "google_project_iam_audit_config" "reads" {
  for_each = toset(["storage.googleapis.com", "secretmanager.googleapis.com"])
  project  = var.project
  service  = each.key

  audit_log_config { log_type = "DATA_READ" }
  audit_log_config { log_type = "DATA_WRITE" }
}
