import AnchoreAPI
import Foundation
import Postgres
import ScanModel
import Store
import Testing

@Suite("What subscriptions watch", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct WatchTests {
    private static func value(_ tags: [String]) -> String {
        #"{"autosubscribe":true,"lookuptag":"latest","tagcount":\#(tags.count),"repotags":[\#(tags.map { "\"\($0)\"" }.joined(separator: ","))]}"#
    }

    @Test("New tags of a watched repository are told, remembered, and the account's own, with their subscriptions")
    func repository() async throws {
        try await TestDatabase.with { store in
            try await store.hear("all")
            try await store.execute("INSERT INTO accounts (name, kind, state) VALUES ('team', 'user', 'enabled')")
            try await store.subscribe("registry.test/app", [.repoUpdate], account: "team", value: Self.value(["1"]))
            // What a client wrote by hand is no reason to fail.
            try await store.subscribe("registry.test/app", [.repoUpdate], value: "not JSON")
            let first = try SampleFleet.image("app", "1", layers: ["a"])
            _ = try await store.plan([first], whole: ["app"])
            #expect(try await store.told().isEmpty, "the tags of the beginning are not news")
            let images = try ["1", "2", "3"].map { try SampleFleet.image("app", $0, layers: ["a\($0)"]) }
            _ = try await store.plan([first] + images.dropFirst(), whole: ["app"])
            let told = try await store.told().filter { $0.kind == "repo_update" }
            #expect(told.map(\.account).sorted() == ["admin", "team"])
            let payload = try #require(told.first.map { try JSONReader.read(Array($0.payload.utf8)) })
            #expect(payload["curr_eval"]?["repotags"]?.array == ["2", "3"])
            #expect(payload["curr_eval"]?["tagcount"]?.int == 3 && payload["last_eval"]?["tagcount"]?.int == 1)
            let record = try #require(
                try await store.subscriptions(of: "team", key: "registry.test/app", type: .repoUpdate).first
            )
            let value = try JSONReader.read(Array((record.value ?? "").utf8))
            #expect(value["repotags"]?.array == ["1", "2", "3"] && value["autosubscribe"]?.bool == true)
            let own = try await store.subscriptions(of: "team", key: "registry.test/app:2", type: nil)
            let made = SubscriptionRecord.forTag("registry.test/app:2", account: "team", watchesTag: true)
            #expect(Set(own.map(\.id)) == Set(made.map(\.id)))
            #expect(own.filter(\.isActive).map(\.type.rawValue).sorted() == ["analysis_update", "tag_update"])
            let scope = AccountScope(account: "team", seesFleet: false)
            let listed = try await store.imagePage(below: nil, limit: 10, in: scope)
            #expect(listed?.images.count == 3)
            // The same again: nothing is news, and what was taken away stays away.
            _ = try await store.removeSubscription(own[0].id, of: "team")
            _ = try await store.plan([first] + images.dropFirst(), whole: ["app"])
            #expect(try await store.told().filter { $0.kind == "repo_update" }.count == 2)
            #expect(try await store.subscription(own[0].id, of: "team") == nil)
        }
    }

    @Test("Watched repositories and tags come into one run at a time, as often as is wanted")
    func runs() async throws {
        try await TestDatabase.with { store in
            #expect(try await store.requestWatch(every: 0) == nil, "nothing is watched")
            try await store.subscribe("docker.io/nginx", [.repoUpdate])
            try await store.subscribe("docker.io/nginx:1", [.tagUpdate, .vulnUpdate])
            try await store.subscribe("registry.test/app:2", [.tagUpdate, .policyEval])
            try await store.subscribe("not a name at all", [.tagUpdate, .repoUpdate])
            let id = try #require(try await store.requestWatch(every: 0))
            let run = try #require(try await store.run(id))
            #expect(run.targets == ["docker.io/library/nginx", "registry.test/app:2"] && run.priority == 1)
            #expect(try await store.requestWatch(every: 0) == nil, "one is under way")
            try await store.finish(run: id, state: .done, reason: nil, workers: 1)
            #expect(try await store.requestWatch(every: 3600) == nil, "it is not time")
            // What accounts ask for one by one holds nobody else's up.
            _ = try await store.requestRun(
                targets: ["registry.test/slow"],
                platform: "",
                priority: 0,
                isSubscription: true
            )
            #expect(try await store.requestWatch(every: 0) != nil)
            #expect(try await store.requestWatch(every: 0) == nil, "another one is under way")
            #expect(try await store.texts("SELECT DISTINCT origin FROM runs") == ["watch"])
        }
    }

    @Test("An account that watches more than one run looks at does not keep out what others watch")
    func share() async throws {
        try await TestDatabase.with { store in
            try await store.execute("INSERT INTO accounts (name, kind, state) VALUES ('greedy', 'user', 'enabled')")
            try await store.execute(
                """
                INSERT INTO subscriptions (account, id, key, kind, is_active)
                SELECT 'greedy', number, 'a.test/app-' || number, 'repo_update', true
                FROM generate_series(1, 20001) AS number
                """
            )
            try await store.subscribe("registry.test/app", [.repoUpdate])
            try await store.subscribe("registry.test/web:2", [.tagUpdate])
            let id = try #require(try await store.requestWatch(every: 0))
            let targets = try #require(try await store.run(id)).targets
            #expect(targets.count == 20_000)
            #expect(targets.contains("registry.test/app") && targets.contains("registry.test/web:2"))
        }
    }

    @Test("What a registry does not have any more is told once to those who watch it")
    func unfound() async throws {
        try await TestDatabase.with { store in
            try await store.execute("INSERT INTO registries (host) VALUES ('registry.test')")
            try await store.execute("INSERT INTO repositories (registry_id, name) SELECT id, 'app' FROM registries")
            try await store.addAccount("team", knowing: ["9"])
            try await store.addAccount("rival")
            for account in ["admin", "team", "rival"] {
                try await store.subscribe("registry.test/app:9", [.tagUpdate], account: account)
            }
            try await store.subscribe("docker.io/nginx", [.repoUpdate])
            for _ in 0..<2 {
                let run = try #require(try await store.requestWatch(every: 0))
                try await store.addProblem(run: run, target: "docker.io/library/nginx", reason: "denied")
                try await store.execute(
                    """
                    INSERT INTO run_images (run_id, repository_id, tag, state, reason)
                    SELECT \(run), id, '9', 'gone', 'there is none' FROM repositories
                    """
                )
                try await store.finish(run: run, state: .done, reason: nil, workers: 1)
            }
            let events = try await store.events(EventFilter(), of: "admin", page: 1, limit: 10).events
            #expect(
                Set(events.map { "\($0.type) \($0.resourceID) \($0.level)" }) == [
                    "system.image_analysis.registry_lookup_failed registry.test/app:9 error",
                    "system.repository.list_tags_fail docker.io/nginx error",
                ]
            )
            #expect(events.count == 2 && events.contains { $0.details.contains("there is none") })
            let others = try await store.events(EventFilter(), of: "team", page: 1, limit: 10).events
            #expect(others.count == 1 && !others.contains { $0.details.contains("there is none") })
            // That there is none would tell whoever has not added it what there is.
            #expect(try await store.events(EventFilter(), of: "rival", page: 1, limit: 10).events.isEmpty)
        }
    }

    @Test("What is not found any more is told again once it was there in between, whatever other runs met")
    func unfoundAgain() async throws {
        try await TestDatabase.with { store in
            try await store.execute("INSERT INTO registries (host) VALUES ('registry.test'), ('docker.io')")
            try await store.execute(
                """
                INSERT INTO repositories (registry_id, name)
                SELECT id, CASE host WHEN 'docker.io' THEN 'library/nginx' ELSE 'app' END FROM registries
                """
            )
            try await store.subscribe("registry.test/app:9", [.tagUpdate])
            try await store.subscribe("docker.io/nginx", [.repoUpdate])
            func end(_ run: Int, finding: Bool) async throws {
                if !finding {
                    try await store.addProblem(run: run, target: "docker.io/library/nginx", reason: "denied")
                }
                try await store.execute(
                    """
                    INSERT INTO run_images (run_id, repository_id, tag, state)
                    SELECT \(run), id, '9', '\(finding ? "reused" : "failed")' FROM repositories
                    WHERE \(finding) OR name = 'app'
                    """
                )
                try await store.finish(run: run, state: .done, reason: nil, workers: 1)
            }
            // A run over the fleet tells subscribers nothing of it.
            let nightly = try await store.requestRun(
                targets: ["docker.io/library/nginx", "registry.test"],
                platform: "",
                priority: 1
            )
            try await end(nightly, finding: false)
            for (finding, told) in [(false, 2), (false, 2), (true, 2), (false, 4), (false, 4)] {
                let run = try #require(try await store.requestWatch(every: 0))
                try await end(run, finding: finding)
                let events = try await store.scalar("SELECT count(*) FROM events WHERE level = 'error'")
                #expect(events == told, "run \(run)")
                let other = try await store.requestRun(
                    targets: ["registry.test/other"],
                    platform: "",
                    priority: 0,
                    isSubscription: true
                )
                try await store.finish(run: other, state: .cancelled, reason: nil, workers: 1)
            }
        }
    }

    @Test("Tags of repositories that are watched as a whole do not crowd out the others")
    func manyTags() async throws {
        try await TestDatabase.with { store in
            try await store.subscribe("registry.test/big", [.repoUpdate])
            try await store.subscribe("registry.test/small:1", [.tagUpdate])
            try await store.execute(
                """
                INSERT INTO subscriptions (account, id, key, kind, is_active)
                SELECT 'admin', number, 'registry.test/big:' || number, 'tag_update', true
                FROM generate_series(1, 20001) AS number
                """
            )
            let id = try #require(try await store.requestWatch(every: 0))
            #expect(try await store.run(id)?.targets == ["registry.test/big", "registry.test/small:1"])
        }
    }

    @Test("What a client changes while a run is planned stays, and is what the plan goes by")
    func edited() async throws {
        try await TestDatabase.with { store in
            try await store.hear("all")
            try await store.subscribe("registry.test/app", [.repoUpdate], value: Self.value(["0"]))
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let edited = Self.value(["0", "1"]).replacing("true", with: "false")
            async let editing: Void = store.pool.transaction { session in
                _ = try session.execute("UPDATE subscriptions SET value = $1", [.text(edited)])
                _ = try session.execute("SELECT pg_sleep(1)")
            }
            try await Task.sleep(for: .milliseconds(200))
            _ = try await store.plan([image], whole: ["app"])
            try await editing
            #expect(try await store.told().filter { $0.kind == "repo_update" }.isEmpty, "the client knows the tag")
            let record = try #require(
                try await store.subscriptions(of: "admin", key: "registry.test/app", type: .repoUpdate).first
            )
            let value = try JSONReader.read(Array((record.value ?? "").utf8))
            #expect(value["autosubscribe"]?.bool == false && value["repotags"]?.array == ["1"])
        }
    }

    /// Three images under one tag, the newest last, and one of another repository; all analysed.
    private func withHistory(_ body: (Store) async throws -> Void) async throws {
        try await TestDatabase.with { store in
            for layer in ["a", "b", "c"] {
                let run = try await store.plan([
                    try SampleFleet.image("app", "1", layers: [layer]),
                    try SampleFleet.image("other", "1", layers: ["o"]),
                ])
                try await store.work(on: run)
                try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            }
            try await body(store)
        }
    }

    private func rule(_ store: Store, _ text: String, of account: String = "admin") async throws -> String {
        let rule = try ArchiveRule.members(try BodyObject(Array(text.utf8)))
        return try #require(try await store.addArchiveRule(rule, of: account)).id
    }

    private func archived(_ store: Store) async throws -> [String] {
        try await store.texts(
            """
            SELECT manifests.digest FROM archived_images JOIN manifests ON manifests.id = manifest_id
            WHERE account = 'admin' ORDER BY manifest_id
            """
        )
    }

    @Test(
        "A rule that does not say which images it means is refused",
        arguments: [
            #"{"transition":"archive"}"#, #"{"transition":"archive","selector":{"registry":"r"}}"#,
            #"{"transition":"archive","selector":{"registry":"r","repository":"","tag":"*"}}"#,
            """
            {"transition":"archive","system_global":true,"max_images_per_account":1,
             "selector":{"registry":"*","repository":"*","tag":"*"}}
            """,
        ]
    )
    func withoutSelector(_ text: String) throws {
        let error = #expect(throws: AnchoreError.self) { try ArchiveRule.members(try BodyObject(Array(text.utf8))) }
        #expect(error?.status == 400)
    }

    @Test("A rule archives what newer versions of the tag follow, keeps the newest, and says what it did")
    func archives() async throws {
        try await withHistory { store in
            let id = try await rule(
                store,
                #"{"transition":"archive","tag_versions_newer":1,"selector":{"registry":"registry.*","repository":"app","tag":"*"}}"#
            )
            let said = "SELECT count(*) FROM account_images WHERE annotations IS NOT NULL AND dockerfile IS NOT NULL"
            try await store.execute(
                """
                INSERT INTO account_images (account, manifest_id, annotations, dockerfile)
                SELECT 'admin', id, '{}', ''::bytea FROM manifests
                """
            )
            let pass = try #require(try await store.applyArchiveRules())
            #expect(pass.archived == 2 && pass.deleted == 0)
            #expect(try await store.scalar(said) == 4, "an image may come back with what was said of it")
            #expect(try await archived(store) == ["m-a", "m-b"].map { try SampleFleet.digest($0).description })
            let scope = AccountScope(account: "admin", seesFleet: true)
            #expect(try await store.imagePage(below: nil, limit: 10, in: scope)?.images.count == 2)
            #expect(try await store.archiveHistory(rule: id, of: "admin").map(\.transition) == ["archive", "archive"])
            #expect(try await store.applyArchiveRules()?.isEmpty == true, "nothing is left to do")
            #expect(try await store.applyArchiveRules(every: 3600) == nil, "it is not time")
            // A rule that takes them out again, by age: not yet, then yes.
            _ = try await rule(
                store,
                #"{"transition":"delete","analysis_age_days":7,"selector":{"registry":"*","repository":"*","tag":"*"}}"#
            )
            #expect(try await store.applyArchiveRules()?.isEmpty == true)
            try await store.execute("UPDATE archived_images SET archived_at = now() - interval '8 days'")
            #expect(try await store.applyArchiveRules()?.deleted == 2)
            #expect(try await archived(store).isEmpty)
            #expect(try await store.scalar(said) == 2, "of those in the list")
            var filter = EventFilter()
            filter.type = "system.analysis_archive.*"
            let events = try await store.events(filter, of: "admin", page: 1, limit: 10).events
            let images = try ["m-a", "m-b"].map { try SampleFleet.digest($0).description }
            for type in [EventType.archived, .archiveDeleted] {
                #expect(Set(events.filter { $0.type == type.name }.map(\.resourceID)) == Set(images), "\(type.name)")
            }
            #expect(events.count == 4 && events.allSatisfy { $0.details.contains("by task ") })
        }
    }

    @Test("Age, exclusion, its end, and an image with a tag that no rule means are looked at")
    func exclusions() async throws {
        try await withHistory { store in
            let excluding =
                """
                {"transition":"archive","analysis_age_days":10,"selector":{"registry":"*","repository":"*","tag":"*"},
                 "exclude":{"expiration_days":30,"selector":{"registry":"*","repository":"app","tag":"*"}}}
                """
            let id = try await rule(store, excluding)
            #expect(try await store.applyArchiveRules()?.isEmpty == true, "all are too young")
            try await store.execute("UPDATE image_analyses SET analyzed_at = now() - interval '20 days'")
            #expect(try await store.applyArchiveRules()?.archived == 1)
            #expect(try await archived(store) == [try SampleFleet.digest("m-o").description])
            try await store.execute("UPDATE image_analyses SET analyzed_at = now() - interval '40 days'")
            #expect(try await store.applyArchiveRules()?.archived == 3, "the exclusion has ended")
            #expect(try await store.removeArchiveRule(id, of: "admin"))

            try await store.execute("DELETE FROM archived_images")
            try await store.execute("UPDATE account_images SET is_listed = true")
            let again = try await store.plan([
                try SampleFleet.known("app", "1", layers: ["c"]), try SampleFleet.known("other", "keep", layers: ["c"]),
            ])
            _ = try await store.settle(again)
            _ = try await rule(
                store,
                #"{"transition":"archive","selector":{"registry":"*","repository":"app","tag":"*"}}"#
            )
            #expect(try await store.applyArchiveRules()?.archived == 2, "one image has a tag that is not meant")
        }
    }

    @Test("A global rule keeps the newest images of every account")
    func mostImages() async throws {
        try await withHistory { store in
            _ = try await rule(
                store,
                #"{"transition":"archive","system_global":true,"max_images_per_account":1}"#
            )
            #expect(try await store.applyArchiveRules()?.archived == 3)
            let scope = AccountScope(account: "admin", seesFleet: true)
            #expect(try await store.imagePage(below: nil, limit: 9, in: scope)?.images.count == 1)
        }
    }
}
