# What is measured comes from the functions' own log lines: one a request, one a delivery. Objectives stand on that, and
# an alert is sent when an objective's budget burns too fast.

locals {
  request_labels = ["service", "function"]

  objectives = {
    availability = { goal = 0.999, title = "99.9 % of requests without a 5xx" }
    latency      = { goal = 0.95, title = "95 % of requests within 500 ms" }
  }
  # Operations that wait for a model or a large query have no place in the latency objective.
  quick = {
    for service, _ in var.manifest.services : service =>
    [for function in values(local.functions) : function.entry_point if function.service == service && function.tier == "standard"]
  }
  slos = merge(
    { for service, _ in var.manifest.services : "${service} availability" => { service = service, kind = "availability" } },
    { for service, names in local.quick : "${service} latency" => { service = service, kind = "latency" } if length(names) > 0 },
  )

  # Google's SRE workbook, "Alerting on SLOs": two windows each, so that an alert comes early and goes soon.
  burns = {
    fast = { rate = 14.4, long = "3600s", short = "300s", severity = "CRITICAL" }
    slow = { rate = 6, long = "21600s", short = "1800s", severity = "ERROR" }
    slip = { rate = 1, long = "259200s", short = "21600s", severity = "WARNING" }
  }
  alerts = merge([
    for slo, found in local.slos : { for burn, windows in local.burns : "${slo} ${burn}" => merge(windows, { slo = slo, burn = burn }) }
  ]...)

  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}

resource "google_logging_metric" "requests" {
  name        = "xynergy/requests"
  description = "Answered requests, by service, function and status."
  filter      = "resource.type=\"cloud_run_revision\" jsonPayload.event=\"request\""
  label_extractors = merge(
    { for name in local.request_labels : name => "EXTRACT(jsonPayload.${name})" },
    { status = "EXTRACT(httpRequest.status)" },
  )

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    dynamic "labels" {
      for_each = concat(local.request_labels, ["status"])
      content { key = labels.value }
    }
  }
}

resource "google_logging_metric" "latency" {
  name             = "xynergy/latency"
  description      = "How long requests took, in milliseconds."
  filter           = "resource.type=\"cloud_run_revision\" jsonPayload.event=\"request\""
  value_extractor  = "EXTRACT(jsonPayload.latency_ms)"
  label_extractors = { for name in local.request_labels : name => "EXTRACT(jsonPayload.${name})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "ms"
    dynamic "labels" {
      for_each = local.request_labels
      content { key = labels.value }
    }
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 64
      growth_factor      = 1.25
      scale              = 1
    }
  }
}

# Lines that somebody must read, each with what to do in README.md.
resource "google_logging_metric" "trouble" {
  for_each = toset(["dead_letter", "audit_chain_broken", "dependency_down", "unreadable_delivery", "tenant_not_erased"])
  name     = "xynergy/${each.key}"
  filter   = "resource.type=\"cloud_run_revision\" jsonPayload.event=\"${each.key}\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}

resource "google_monitoring_custom_service" "service" {
  for_each     = var.manifest.services
  service_id   = each.key
  display_name = each.key
}

resource "google_monitoring_slo" "objective" {
  for_each            = local.slos
  service             = each.value.service
  slo_id              = each.value.kind
  display_name        = local.objectives[each.value.kind].title
  goal                = local.objectives[each.value.kind].goal
  rolling_period_days = 28

  request_based_sli {
    dynamic "good_total_ratio" {
      for_each = each.value.kind == "availability" ? [each.value.service] : []
      content {
        total_service_filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.requests.name}\" resource.type=\"cloud_run_revision\" metric.labels.service=\"${good_total_ratio.value}\""
        bad_service_filter   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.requests.name}\" resource.type=\"cloud_run_revision\" metric.labels.service=\"${good_total_ratio.value}\" metric.labels.status=monitoring.regex.full_match(\"5..\")"
      }
    }
    dynamic "distribution_cut" {
      for_each = each.value.kind == "latency" ? [each.value.service] : []
      content {
        distribution_filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.latency.name}\" resource.type=\"cloud_run_revision\" metric.labels.service=\"${distribution_cut.value}\" metric.labels.function=monitoring.regex.full_match(\"${join("|", local.quick[distribution_cut.value])}\")"
        range { max = 500 }
      }
    }
  }

  depends_on = [google_monitoring_custom_service.service]
}

resource "google_monitoring_notification_channel" "email" {
  count        = var.alert_email == "" ? 0 : 1
  type         = "email"
  display_name = "Xynergy ${var.stage}"
  labels       = { email_address = var.alert_email }
}

resource "google_monitoring_alert_policy" "burn" {
  for_each              = local.alerts
  display_name          = "${each.value.slo}: the budget burns ${each.value.rate} times too fast"
  combiner              = "AND"
  severity              = each.value.severity
  notification_channels = local.channels

  dynamic "conditions" {
    for_each = { long = each.value.long, short = each.value.short }
    content {
      display_name = "over the ${conditions.key} window"
      condition_threshold {
        filter          = "select_slo_burn_rate(\"projects/${data.google_project.this.number}/services/${local.slos[each.value.slo].service}/serviceLevelObjectives/${local.slos[each.value.slo].kind}\", \"${conditions.value}\")"
        comparison      = "COMPARISON_GT"
        threshold_value = each.value.rate
        duration        = "0s"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "`./deploy.sh status --stage ${var.stage}` shows the revisions; infra/terraform/README.md says what to do."
  }

  depends_on = [google_monitoring_slo.objective]
}

resource "google_monitoring_alert_policy" "trouble" {
  for_each              = google_logging_metric.trouble
  display_name          = "Logged: ${each.key}"
  combiner              = "OR"
  severity              = each.key == "audit_chain_broken" ? "CRITICAL" : "ERROR"
  notification_channels = local.channels

  conditions {
    display_name = "at least one in five minutes"
    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${each.value.name}\" resource.type=\"cloud_run_revision\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "infra/terraform/README.md, \"What each failure looks like\": `${each.key}`."
  }
}

# Messages that wait for hours are handlers that fail.
resource "google_monitoring_alert_policy" "backlog" {
  display_name          = "Events wait to be delivered"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels

  conditions {
    display_name = "the oldest for ten minutes"
    condition_threshold {
      filter          = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" resource.type=\"pubsub_subscription\""
      comparison      = "COMPARISON_GT"
      threshold_value = 600
      duration        = "300s"
      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }
}

resource "google_monitoring_uptime_check_config" "gateway" {
  display_name = "The API answers"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = "/openapi.json"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = var.gateway_host == "" ? google_api_gateway_gateway.gateway.default_hostname : var.gateway_host
    }
  }
}

resource "google_monitoring_dashboard" "services" {
  dashboard_json = jsonencode({
    displayName = "Xynergy ${var.stage}"
    mosaicLayout = {
      columns = 12
      tiles = flatten([
        for row, service in keys(var.manifest.services) : [
          for column, chart in [
            { title = "requests", metric = google_logging_metric.requests.name, group = "metric.label.status", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM" },
            { title = "p95 latency", metric = google_logging_metric.latency.name, group = "metric.label.function", aligner = "ALIGN_PERCENTILE_95", reducer = "REDUCE_MAX" },
            ] : {
            xPos = column * 6, yPos = row * 3, width = 6, height = 3
            widget = {
              title = "${service}: ${chart.title}"
              xyChart = {
                dataSets = [{
                  plotType = "LINE"
                  timeSeriesQuery = {
                    timeSeriesFilter = {
                      filter = "metric.type=\"logging.googleapis.com/user/${chart.metric}\" metric.labels.service=\"${service}\""
                      aggregation = {
                        alignmentPeriod    = "60s"
                        perSeriesAligner   = chart.aligner
                        crossSeriesReducer = chart.reducer
                        groupByFields      = [chart.group]
                      }
                    }
                  }
                }]
              }
            }
          }
        ]
      ])
    }
  })
}

resource "google_billing_budget" "monthly" {
  count           = var.billing_account == "" ? 0 : 1
  billing_account = var.billing_account
  display_name    = "Xynergy ${var.stage}"

  budget_filter { projects = ["projects/${data.google_project.this.number}"] }

  amount {
    specified_amount {
      currency_code = "USD"
      units         = tostring(var.monthly_budget_usd)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1]
    content { threshold_percent = threshold_rules.value }
  }
  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = local.channels
    disable_default_iam_recipients   = false
  }
}
