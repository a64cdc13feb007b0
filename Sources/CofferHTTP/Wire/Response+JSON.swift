package import HTTPTypes
package import Hummingbird

extension Response {
    /// A JSON answer: `application/json` without charset (RFC 8259 defines none), compact.
    package init(_ status: HTTPResponse.Status, json: JSONValue, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: .init(byteBuffer: json.encoded))
    }

    /// A plain text answer.
    package init(_ status: HTTPResponse.Status, text: String, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "text/plain; charset=utf-8"
        self.init(status: status, headers: headers, body: .init(byteBuffer: .init(string: text)))
    }
}
