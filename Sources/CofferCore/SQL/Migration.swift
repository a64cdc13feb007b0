/// A named step of one module's schema.
///
/// Once released it is never edited; a change is a new migration.
package struct Migration: Sendable {
    /// The module that owns the tables, for example `drops` or `ravenzero`.
    package let module: String
    /// Names sort as they apply: `001-create`, `002-…`.
    package let name: String
    package let statements: [SQL]

    package init(module: String, name: String, statements: [SQL]) {
        self.module = module
        self.name = name
        self.statements = statements
    }
}

extension Database {
    /// Applies every migration that this database has not seen, in the order given, all of them or none.
    package func migrate(_ migrations: [Migration]) async throws {
        let known: Set<String>? = try? await read { session in
            Set(try session.query("SELECT module, name FROM migrations") { "\($0.text(0))/\($0.text(1))" })
        }
        let missing = migrations.filter { !(known?.contains("\($0.module)/\($0.name)") ?? false) }
        guard known == nil || !missing.isEmpty else { return }
        try await write { session in
            try session.execute(
                """
                CREATE TABLE IF NOT EXISTS migrations (
                    module TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (module, name)
                )
                """
            )
            for migration in missing {
                for statement in migration.statements { try session.execute(statement) }
                try session.execute(
                    "INSERT INTO migrations (module, name) VALUES (\(migration.module), \(migration.name))"
                )
            }
        }
    }
}
