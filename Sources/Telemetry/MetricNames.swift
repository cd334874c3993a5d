/// The names of all metrics, with what each says.
package enum MetricNames {
    // Counted by each process.
    package static let layers = "tallyman_layers_total"
    package static let images = "tallyman_images_total"
    package static let layerBytes = "tallyman_layer_bytes_total"
    package static let attempts = "tallyman_attempts_total"
    package static let analyzerSeconds = "tallyman_analyzer_cpu_seconds_total"
    package static let analyzerFiles = "tallyman_analyzer_files_total"
    package static let leasesLost = "tallyman_leases_lost_total"
    package static let leasesExpired = "tallyman_leases_expired_total"
    package static let mergeSeconds = "tallyman_merge_seconds"
    package static let attemptSeconds = "tallyman_attempt_seconds"
    package static let registryThrottled = "tallyman_registry_throttled_total"
    package static let requestSeconds = "tallyman_http_request_seconds"
    package static let matchedPackages = "tallyman_matched_packages_total"
    package static let matchSeconds = "tallyman_match_seconds"
    package static let announcementsLost = "tallyman_announcements_lost_total"
    package static let notifications = "tallyman_notifications_total"
    package static let leading = "tallyman_coordinator_leading"
    package static let heartbeatAge = "tallyman_heartbeat_age_seconds"
    package static let processSeconds = "process_cpu_seconds_total"
    package static let processMemory = "process_resident_memory_bytes"
    package static let processFiles = "process_open_fds"
    package static let processStart = "process_start_time_seconds"

    // The state of the fleet, from PostgreSQL and Redis.
    package static let serviceUp = "tallyman_service_up"
    package static let queueTasks = "tallyman_queue_tasks"
    package static let queueOldest = "tallyman_queue_oldest_seconds"
    package static let streamEntries = "tallyman_stream_entries"
    package static let tasks = "tallyman_tasks"
    package static let runs = "tallyman_runs"
    package static let runFinished = "tallyman_run_finished_timestamp_seconds"
    package static let currentImages = "tallyman_images"
    package static let packages = "tallyman_packages"
    package static let matches = "tallyman_matches"
    package static let workers = "tallyman_workers"
    package static let hasLeader = "tallyman_coordinator_present"
    package static let advisoryAge = "tallyman_advisory_age_seconds"
    package static let advisoryRecords = "tallyman_advisory_records"
    package static let advisoryProblems = "tallyman_advisory_problems"

    static let help: [String: String] = [
        layers: "Layers by what became of them: analysed as it happens; reused and failed when their run ends.",
        images: "Images by outcome, counted when their run ends.",
        layerBytes: "Compressed bytes of layers: fetched as they arrive, avoided by sharing when their run ends.",
        attempts:
            "Attempts at tasks by kind and how they ended: done, failed, given_back, lease_lost, postponed, superseded.",
        analyzerSeconds: "CPU time of each analyzer.",
        analyzerFiles: "Files read by each analyzer, those answered from the content cache left out.",
        leasesLost: "Leases that a worker found lost while it worked.",
        leasesExpired: "Leases that ran out and were taken back.",
        mergeSeconds: "Time of the transaction that stores a task's result.",
        attemptSeconds: "Time from claim to end of an attempt.",
        registryThrottled: "Answers of a registry that asked us to slow down (429, or 503 with Retry-After).",
        requestSeconds: "Time to answer an HTTP request, by route.",
        matchedPackages: "Distinct package versions matched with the advisories.",
        matchSeconds: "Time of one matching of all packages that needed it.",
        announcementsLost: "Tasks that Redis had forgotten and that were announced anew.",
        notifications: "Attempts to deliver a notification by outcome: delivered, failed (tried again), dead.",
        leading: "Whether this coordinator leads.",
        heartbeatAge: "Seconds since the main loop of this process last went round.",
        processSeconds: "CPU time of the process.",
        processMemory: "Resident memory of the process.",
        processFiles: "Open file descriptors of the process.",
        processStart: "Start of the process, seconds since 1970.",
        serviceUp: "Whether PostgreSQL and Redis answered when these figures were gathered.",
        queueTasks: "Queued tasks by shard and priority (0 interactive, 1 bulk).",
        queueOldest: "Age of the task that has been queued longest, by shard and priority.",
        streamEntries: "Entries of the Redis streams by shard and priority.",
        tasks: "Tasks by kind and state; dead ones have failed for good.",
        runs: "Runs by state.",
        runFinished: "When the newest run of each end state ended, seconds since 1970.",
        currentImages: "Images that tags point at now.",
        packages: "Distinct package versions.",
        matches: "Open matches of package versions and vulnerabilities.",
        workers: "Workers that gave a sign of life within 30 seconds.",
        hasLeader: "Whether a coordinator leads, by its lock in PostgreSQL.",
        advisoryAge: "Seconds since each provider's data was last imported.",
        advisoryRecords: "Records of each provider.",
        advisoryProblems: "Feeds that could not be renewed at the last try.",
    ]
}
