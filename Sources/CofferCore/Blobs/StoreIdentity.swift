/// A random name for this database, under which it claims the store that keeps its blobs elsewhere.
///
/// What lies in such a store without a row is removed, so two databases must never share one.
package struct StoreIdentity: Sendable {
    private let database: any Database
    private let random: any RandomSource

    package init(database: any Database, random: any RandomSource) {
        self.database = database
        self.random = random
    }

    package static let migrations = [
        Migration(
            module: "store-identity",
            name: "001-create",
            statements: [
                """
                CREATE TABLE store_identity (
                    only_row BIGINT PRIMARY KEY NOT NULL CHECK (only_row = 1),
                    name TEXT NOT NULL
                )
                """
            ]
        )
    ]

    /// The name, drawn at the first call.
    package func name() async throws -> String {
        let fresh = random.hex(byteCount: 16)
        let known = try await database.write { session in
            try session.execute(
                "INSERT INTO store_identity (only_row, name) VALUES (1, \(fresh)) ON CONFLICT (only_row) DO NOTHING"
            )
            return try session.first("SELECT name FROM store_identity") { $0.text(0) }
        }
        return known ?? fresh
    }
}
