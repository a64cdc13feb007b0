import Foundation
package import NIOCore

extension JSONValue {
    /// Parses one JSON text.
    ///
    /// A number that is integral and fits 64 bits is an ``integer(_:)``, however it was written (`5`, `5.0`, `5e0`).
    ///
    /// - Returns: nil when the bytes are no JSON.
    package init?(parsing bytes: ByteBuffer) {
        let data = Data(bytes.readableBytesView)
        guard let parsed = try? JSONDecoder().decode(DecodedJSON.self, from: data) else { return nil }
        self = parsed.value
    }
}

/// Lets Foundation's parser build a ``JSONValue``.
private struct DecodedJSON: Decodable {
    let value: JSONValue

    private struct Name: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Name.self) {
            value = .object(
                try object.allKeys.map {
                    JSONValue.Member($0.stringValue, try object.decode(DecodedJSON.self, forKey: $0).value)
                }
            )
            return
        }
        if var array = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !array.isAtEnd { values.append(try array.decode(DecodedJSON.self).value) }
            value = .array(values)
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            value = .null
        } else if let flag = try? single.decode(Bool.self) {
            value = .bool(flag)
        } else if let number = try? single.decode(Int64.self) {
            value = .integer(number)
        } else if let number = try? single.decode(Double.self) {
            value = .double(number)
        } else {
            value = .string(try single.decode(String.self))
        }
    }
}
