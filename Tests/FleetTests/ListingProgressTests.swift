import Store
import Testing

@testable import Coordinator

extension FleetTests {
    @Suite("How far a listing is")
    struct ListingProgressTests {
        @Test("is told at the end of a pass, however short it was")
        func endOfPass() async throws {
            try await TestServices.withFleet { fleet in
                let run = try await fleet.request(["registry.invalid"])
                _ = try await fleet.store.beginListing(try #require(try await fleet.store.run(run)))
                let progress = ListingProgress(store: fleet.store, run: run)
                await progress.add(named: 3)
                for _ in 0..<3 { await progress.add(listed: 1) }
                await progress.tellNow()
                let listed = "SELECT listed_repositories || ' of ' || named_repositories FROM runs"
                #expect(try await fleet.texts(listed) == ["3 of 3"])
            }
        }
    }
}
