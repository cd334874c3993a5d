import Store
import Testing

@testable import Worker

@Suite("What becomes of a task that failed")
struct TaskFailureTests {
    @Test("What is too large to be stored fails for good, with the reason alone; other refusals of the store may pass")
    func tooLarge() {
        let large = TaskFailure(StoreError(.refused, "the layer's report has 2 bytes, more than 1"))
        #expect(large.isPermanent && !large.isLoss && large.reason == "the layer's report has 2 bytes, more than 1")
        let missing = TaskFailure(StoreError(.notFound, "a layer has no report yet"))
        #expect(!missing.isPermanent && missing.reason == "a layer has no report yet")
    }
}
