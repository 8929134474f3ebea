# The functions' archives, under names that hold their digests: another content is another object, so that a change is
# noticed and nothing else is built anew.

resource "google_storage_bucket" "sources" {
  name                        = "function-sources${local.bucket_suffix}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true

  versioning { enabled = true }

  lifecycle_rule {
    action { type = "Delete" }
    condition { days_since_noncurrent_time = 30 }
  }

  dynamic "encryption" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content { default_kms_key_name = encryption.value }
  }
}

resource "google_storage_bucket_object" "source" {
  for_each = local.source_names
  bucket   = google_storage_bucket.sources.name
  name     = each.value
  source   = var.archives[each.key].file

  lifecycle { create_before_destroy = true }
}

resource "google_artifact_registry_repository" "functions" {
  location      = var.region
  repository_id = "functions"
  format        = "DOCKER"
  description   = "The functions' images, built by Google's buildpacks."
  kms_key_name  = var.kms_key == "" ? null : var.kms_key

  cleanup_policies {
    id     = "keep-what-can-be-rolled-back-to"
    action = "KEEP"
    most_recent_versions { keep_count = 10 }
  }
  cleanup_policies {
    id     = "delete-the-rest"
    action = "DELETE"
    condition { older_than = "2592000s" }
  }

  depends_on = [google_project_service.used]
}

resource "google_service_account" "build" {
  account_id   = "function-build"
  display_name = "Builds the functions' images"
}

resource "google_project_iam_member" "build" {
  for_each = toset(["roles/logging.logWriter", "roles/artifactregistry.writer"])
  project  = var.project
  role     = each.key
  member   = google_service_account.build.member
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.sources.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}
