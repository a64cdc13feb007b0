/// Objects that clients put and get themselves, at URLs that we sign.
///
/// Keys are made by us, never by a client; they hold ASCII letters, digits, `-` and `/`.
package protocol ObjectBucket: Sendable {
    /// A URL that takes one `PUT` of the object for so many seconds, 1 to 604,800.
    func putURL(_ key: String, seconds: Int) async throws -> String

    /// A URL that answers `GET` with the whole object for so many seconds, 1 to 604,800.
    func getURL(_ key: String, seconds: Int) async throws -> String

    /// Bytes of the object as stored; nil when it is not there.
    ///
    /// - Throws: ``StorageError`` when the store does not answer, or not in order.
    func size(of key: String) async throws -> Int64?

    /// Removes the object; one that is not there counts as removed.
    ///
    /// - Throws: ``StorageError`` when the store does not answer, or not in order.
    func erase(_ key: String) async throws
}
