/// What documents say about the program that made them.
package enum Product {
    package static let name = "tallyman"
    package static let version = "0.1.0"
}
