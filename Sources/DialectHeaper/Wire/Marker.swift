import CofferCore
import CofferHTTP

/// Where a client stands in the changes of a heap: a decimal stamp, milliseconds, or a time (contract, section 6).
///
/// Whatever cannot be read means the beginning; it is never an error.
enum Marker {
    static func stamp(_ value: JSONValue?) -> Int64 {
        switch value {
        case .integer(let number)?: max(number, 0)
        case .double(let number)?: Int64(exactly: number.rounded(.down)).map { max($0, 0) } ?? 0
        case .string(let text)?: stamp(text)
        default: 0
        }
    }

    private static func stamp(_ text: String) -> Int64 {
        if let number = Double(text) { return stamp(.double(number)) }
        return InternetTime.parse(text)?.milliseconds ?? 0
    }
}
