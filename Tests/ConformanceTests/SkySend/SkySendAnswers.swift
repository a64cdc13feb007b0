import CofferHTTP
import CofferTesting
import NIOCore
import Testing

struct SkySendUnexpectedAnswer: Error {
    let text: String
}

extension TestResponse {
    /// The members of a JSON object, whatever their order.
    var skySendMembers: [String: JSONValue]? { json?.skySendMembers }

    func skySendText(_ member: String) throws -> String {
        guard case .string(let text)? = json?[member] else { throw SkySendUnexpectedAnswer(text: text) }
        return text
    }

    /// The sentence of an error.
    var skySendError: String? { try? skySendText("error") }

    /// Checks status, headers and the whole text of a compact JSON answer.
    func expectJSON(_ status: Int, _ json: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(text == json, sourceLocation: sourceLocation)
        expectAPIHeaders(sourceLocation: sourceLocation)
    }

    /// Checks status, headers and every member of a JSON answer.
    func expectMembers(
        _ status: Int,
        _ members: [String: JSONValue],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(skySendMembers == members, "\(text)", sourceLocation: sourceLocation)
        expectAPIHeaders(sourceLocation: sourceLocation)
    }

    /// Checks an error that consists of its sentence alone.
    func expectFailure(_ status: Int, _ error: String, sourceLocation: SourceLocation = #_sourceLocation) {
        expectJSON(status, #"{"error":"\#(error)"}"#, sourceLocation: sourceLocation)
    }

    /// Checks an error whose status and sentence may be one of several.
    func expectFailure(
        oneOf failures: [(Int, String)],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let isListed = failures.contains { $0.0 == status && $0.1 == skySendError }
        #expect(isListed, "\(status) \(text)", sourceLocation: sourceLocation)
        expectAPIHeaders(sourceLocation: sourceLocation)
    }

    /// Checks a 400 that names the fields that are wrong; the wording is free.
    func expectInvalid(
        _ error: String,
        fields: Set<String>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(status == 400, "\(text)", sourceLocation: sourceLocation)
        expectAPIHeaders(sourceLocation: sourceLocation)
        let members = skySendMembers ?? [:]
        #expect(Set(members.keys) == ["error", "details"], "\(text)", sourceLocation: sourceLocation)
        #expect(members["error"] == .string(error), "\(text)", sourceLocation: sourceLocation)
        let details = members["details"]?.skySendMembers ?? [:]
        #expect(Set(details.keys) == fields, "\(text)", sourceLocation: sourceLocation)
        for (field, texts) in details {
            let isTextual =
                texts.skySendArray?.isEmpty == false && texts.skySendArray?.allSatisfy(\.isSkySendText) == true
            #expect(isTextual, "\(field) in \(text)", sourceLocation: sourceLocation)
        }
    }

    /// Checks a 200 that carries stored bytes.
    func expectFile(_ bytes: [UInt8], count: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == 200, sourceLocation: sourceLocation)
        #expect(header("content-type") == "application/octet-stream", sourceLocation: sourceLocation)
        #expect(header("content-length") == String(bytes.count), sourceLocation: sourceLocation)
        #expect(header("x-file-count") == String(count), sourceLocation: sourceLocation)
        #expect(header("content-encoding") == nil, sourceLocation: sourceLocation)
        #expect(header("cache-control") == "no-store", sourceLocation: sourceLocation)
        // The bytes themselves would fill the report.
        let isIntact = body == bytes
        #expect(isIntact, "\(body.count) bytes differ from the \(bytes.count) stored", sourceLocation: sourceLocation)
    }

    private func expectAPIHeaders(sourceLocation: SourceLocation) {
        #expect(header("content-type") == "application/json", sourceLocation: sourceLocation)
        #expect(header("cache-control") == "no-store", sourceLocation: sourceLocation)
    }
}

extension JSONValue {
    init?(skySend text: String) { self.init(parsing: ByteBuffer(string: text)) }

    var skySendMembers: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    var skySendArray: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    var isSkySendText: Bool {
        guard case .string(let text) = self else { return false }
        return !text.isEmpty
    }

    /// Compact JSON of this value.
    var skySendEncoded: String { String(decoding: encoded.readableBytesView, as: UTF8.self) }
}
