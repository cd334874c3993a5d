import ScanModel
import Testing

@Suite("Sums of sizes that anybody may state")
struct SaturatedSumTests {
    @Test("stay at the end of the numbers rather than wrap around")
    func ends() {
        #expect([Int64]().saturatedSum == 0)
        #expect([Int64(1), 2, 3].saturatedSum == 6)
        #expect([Int64.max, 1].saturatedSum == .max)
        #expect([Int64.max, .max, .max].saturatedSum == .max)
        #expect([Int64.min, -1].saturatedSum == .min)
    }
}
