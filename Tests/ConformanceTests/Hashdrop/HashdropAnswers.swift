import CofferHTTP
import CofferTesting
import Foundation
import NIOCore
import Testing

struct HashdropUnexpectedAnswer: Error {
    let text: String
}

extension TestResponse {
    func hashdropText(_ member: String) throws -> String {
        guard case .string(let text)? = json?[member] else { throw HashdropUnexpectedAnswer(text: text) }
        return text
    }

    /// The names of an object's members, in order.
    var hashdropNames: [String] {
        if case .object(let members)? = json { members.map(\.name) } else { [] }
    }

    var hashdropItems: [JSONValue] {
        if case .array(let items)? = json { items } else { [] }
    }

    /// One member of every object in an array.
    func hashdropColumn(_ member: String) -> [String] {
        hashdropItems.compactMap { item in
            if case .string(let text)? = item[member] { text } else { nil }
        }
    }

    /// Checks that this is a plain text error as this API has them.
    func expectRefusal(_ status: Int, _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, sourceLocation: sourceLocation)
        #expect(text == sentence + "\n", sourceLocation: sourceLocation)
        #expect(header("content-type") == "text/plain; charset=utf-8", sourceLocation: sourceLocation)
        #expect(header("x-content-type-options") == "nosniff", sourceLocation: sourceLocation)
        #expect(header("www-authenticate") == nil, sourceLocation: sourceLocation)
    }

    /// Checks that this is an error of the object store.
    func expectObjectRefusal(_ status: Int, _ code: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, sourceLocation: sourceLocation)
        #expect(header("content-type") == "application/xml", sourceLocation: sourceLocation)
        #expect(text.hasPrefix("<?xml"), sourceLocation: sourceLocation)
        #expect(text.contains("<Code>\(code)</Code>"), "\(text)", sourceLocation: sourceLocation)
    }

    /// Checks a compact JSON answer whole.
    func expectJSON200(_ json: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == 200, "\(text)", sourceLocation: sourceLocation)
        #expect(text == json, sourceLocation: sourceLocation)
        #expect(header("content-type") == "application/json", sourceLocation: sourceLocation)
    }
}
