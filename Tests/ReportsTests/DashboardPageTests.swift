import ScanModel
import Testing

@testable import Reports

@Suite struct DashboardPageTests {
    @Test("a new server says what is missing")
    func empty() throws {
        let page = try render(DashboardModel(totals: FleetTotals()))
        #expect(page.contains("No advisories."))
        #expect(page.contains("No run yet."))
        #expect(page.contains("No worker is connected."))
    }

    @Test("pages of images link to their neighbours and keep the search")
    func paging() throws {
        let images = ImagePage(images: [SampleFleet.image(1)], total: 250, page: 2, size: 100, search: "a&b c")
        let page = try render(DashboardModel(totals: FleetTotals(images: 250, covered: 250), images: images))
        #expect(page.contains("href=\"/?page=1&amp;q=a%26b%20c#images\" rel=\"prev\""))
        #expect(page.contains("href=\"/?page=3&amp;q=a%26b%20c#images\" rel=\"next\""))
        #expect(page.contains("Page 2 of 3"))
        #expect(page.contains("value=\"a&amp;b c\""))
    }

    @Test("page numbers out of range do not trap", arguments: [Int.min, -1, 0, 4, Int.max])
    func outOfRange(number: Int) throws {
        let images = ImagePage(total: Int.max, page: number, size: number == 0 ? 0 : 100)
        #expect(try !render(DashboardModel(totals: FleetTotals(), images: images)).isEmpty)
    }

    @Test("a failed latest run is the first thing said")
    func failedRun() throws {
        var run = SampleFleet.run
        run.state = "failed"
        run.reason = "the registry could not be listed"
        let page = try render(DashboardModel(totals: FleetTotals(), runs: [run]))
        #expect(page.contains("<strong>The latest run failed:</strong> the registry could not be listed"))
    }

    @Test("that the latest run was cancelled is the first thing said, and of an earlier one nothing")
    func cancelledRun() throws {
        var run = SampleFleet.run
        run.state = "cancelled"
        let words = "<strong>The latest run was cancelled:</strong> it did not look at all that it was to."
        #expect(try render(DashboardModel(totals: FleetTotals(), runs: [run])).contains(words))
        #expect(try !render(DashboardModel(totals: FleetTotals(), runs: [SampleFleet.run, run])).contains(words))
    }

    private func render(_ model: DashboardModel) throws -> String {
        String(decoding: try DashboardPage.render(model), as: UTF8.self)
    }
}
