package import CofferHTTP
import NIOCore

/// An answer as it came over the wire.
package struct TestResponse: Sendable {
    package let status: Int
    /// In the order they came, names as they were sent.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    /// The value of a header, its name in any case; several are joined by `, `.
    package func header(_ name: String) -> String? {
        let values = headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body parsed, members in the order they came where the test compares texts; nil when it is no JSON.
    package var json: JSONValue? { JSONValue(parsing: ByteBuffer(bytes: body)) }
}
