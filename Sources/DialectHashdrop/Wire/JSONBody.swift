import CofferCore
import CofferHTTP
import Hummingbird

/// The JSON object of a request, read by the rules of the contract, section 1.
///
/// Its Content-Type is not looked at. Members that are missing or null read as empty; unknown ones are refused.
struct JSONBody: Sendable {
    private static let maxBytes = 1_048_576
    static let maxStoredBytes = 4096

    private let value: JSONValue

    /// - Throws: ``HashdropError/invalidJSON``, also for a member that is not in `names`.
    init(_ request: Request, members names: [String]) async throws {
        let bytes = try await request.collected(upTo: Self.maxBytes)
        guard let value = JSONValue(parsing: bytes), case .object(let members) = value,
            members.allSatisfy({ names.contains($0.name) })
        else { throw HashdropError.invalidJSON }
        self.value = value
    }

    /// - Throws: ``HashdropError/invalidJSON`` unless the member is a string.
    func text(_ name: String) throws -> String {
        switch value[name] {
        case .string(let text)?: text
        case .null?, nil: ""
        default: throw HashdropError.invalidJSON
        }
    }

    /// A string that is kept as it is and shown in lists.
    ///
    /// - Throws: ``HashdropError/invalidJSON`` unless the member is a string that a list of hundreds can bear.
    func storedText(_ name: String) throws -> String {
        let text = try text(name)
        guard text.utf8.count <= Self.maxStoredBytes, !text.utf8.contains(0) else { throw HashdropError.invalidJSON }
        return text
    }

    /// - Throws: ``HashdropError/invalidJSON`` unless the member is a whole number.
    func integer(_ name: String) throws -> Int64 {
        switch value[name] {
        case .integer(let number)?: number
        case .null?, nil: 0
        default: throw HashdropError.invalidJSON
        }
    }
}
