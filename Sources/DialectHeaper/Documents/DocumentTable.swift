import CofferCore

/// The tables of documents: a compacted state, and the updates that came after it.
///
/// A document is its state with all its updates applied. `projected` is the sequence up to which the block's row shows it.
enum DocumentTable {
    static let migrations = [
        Migration(
            module: "heaper",
            name: "003-documents",
            statements: [
                """
                CREATE TABLE heaper_documents (
                    block_id TEXT PRIMARY KEY NOT NULL REFERENCES heaper_blocks (id) ON DELETE CASCADE,
                    state BYTEA NOT NULL,
                    state_sequence BIGINT NOT NULL DEFAULT 0,
                    sequence BIGINT NOT NULL DEFAULT 0,
                    projected BIGINT NOT NULL DEFAULT 0
                )
                """,
                "CREATE INDEX heaper_documents_behind ON heaper_documents (block_id) WHERE projected < sequence",
                """
                CREATE TABLE heaper_updates (
                    block_id TEXT NOT NULL REFERENCES heaper_documents (block_id) ON DELETE CASCADE,
                    sequence BIGINT NOT NULL,
                    user_id TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    bytes BYTEA NOT NULL,
                    PRIMARY KEY (block_id, sequence)
                )
                """,
            ]
        )
    ]
}
