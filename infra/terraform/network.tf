# A private network for Memorystore; functions reach it directly, without a connector, and the internet as ever.

resource "google_compute_network" "private" {
  name                    = "xynergy"
  auto_create_subnetworks = false

  depends_on = [google_project_service.used]
}

resource "google_compute_subnetwork" "functions" {
  name                     = "functions-${var.region}"
  network                  = google_compute_network.private.id
  region                   = var.region
  ip_cidr_range            = "10.8.0.0/20" # an address for each instance, and as many again while revisions change
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "nothing_in" {
  name      = "xynergy-nothing-in"
  network   = google_compute_network.private.id
  direction = "INGRESS"
  priority  = 65534

  deny { protocol = "all" }
  source_ranges = ["0.0.0.0/0"]
}

resource "google_redis_instance" "cache" {
  name               = "xynergy"
  region             = var.region
  tier               = var.redis_tier
  memory_size_gb     = var.redis_memory_gb
  redis_version      = "REDIS_7_2"
  authorized_network = google_compute_network.private.id
  connect_mode       = "DIRECT_PEERING"

  # What does not fit is what was used least lately: caches give way before limits and breakers, which are touched always.
  redis_configs = { maxmemory-policy = "allkeys-lru" }

  depends_on = [google_project_service.used]
}
