/// Maps with at most `atATime` calls under way, keeping the order.
///
/// Throws only where the task is cancelled, once the calls under way have come back.
func mapInOrder<Item: Sendable, Result: Sendable>(
    _ items: [Item],
    atATime: Int,
    _ body: @escaping @Sendable (Item) async -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var results: [Int: Result] = [:]
        var next = 0
        while next < items.count || !group.isEmpty {
            while next < items.count, next - results.count < atATime {
                let index = next
                group.addTask { (index, await body(items[index])) }
                next += 1
            }
            if let (index, result) = try await group.next() { results[index] = result }
            try Task.checkCancellation()
        }
        return items.indices.compactMap { results[$0] }
    }
}
