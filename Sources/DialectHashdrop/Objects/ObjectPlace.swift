import CofferCore
import CofferHTTP

/// Where clients put and get objects by themselves, at URLs that we sign.
protocol ObjectPlace: Sendable {
    /// A URL that takes a `PUT` of the object for a while.
    ///
    /// `site`: how the client knows this server.
    func uploadURL(_ key: ObjectKey, site: Site) async throws -> String

    /// A URL that answers `GET` with the object for a while.
    ///
    /// `isBlob`: whether its bytes are in our blob store, where they may be from before there was a bucket.
    func downloadURL(_ key: ObjectKey, isBlob: Bool, site: Site) async throws -> String

    /// What is known of the size of an object that a client says it has put.
    ///
    /// - Throws: ``StorageError`` when the place does not answer.
    func measure(_ file: StoredFile) async throws -> ObjectSize

    /// Removes what a transaction has doomed. Never fails: what could not be removed is tried again later.
    func erase(_ doomed: Doomed) async
}

enum ObjectSize: Equatable, Sendable {
    /// The transaction that completes the upload finds it out.
    case knownToDatabase
    case bytes(Int64)
    case missing
}
