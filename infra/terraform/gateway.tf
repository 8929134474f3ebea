# API Gateway. A specification that changes is a new config beside the old one; the gateway then moves to it.

locals {
  gateway_spec = templatestring(var.gateway, {
    number = data.google_project.this.number
    region = var.region
    host   = google_api_gateway_api.api.managed_service
  })
}

resource "google_service_account" "gateway" {
  account_id   = "api-gateway"
  display_name = "Calls the functions on behalf of API Gateway"
}

resource "google_api_gateway_api" "api" {
  provider = google-beta
  api_id   = "xynergy"

  depends_on = [google_project_service.used]
}

resource "google_api_gateway_api_config" "config" {
  provider      = google-beta
  api           = google_api_gateway_api.api.api_id
  api_config_id = "spec-${substr(sha256(var.gateway), 0, 16)}"

  openapi_documents {
    document {
      path     = "openapi.json"
      contents = base64encode(local.gateway_spec)
    }
  }

  gateway_config {
    backend_config { google_service_account = google_service_account.gateway.email }
  }

  # The functions answer before the gateway sends anybody to them.
  depends_on = [terraform_data.callable]

  lifecycle { create_before_destroy = true }
}

resource "google_api_gateway_gateway" "gateway" {
  provider   = google-beta
  gateway_id = "xynergy"
  region     = var.region
  api_config = google_api_gateway_api_config.config.id
}
