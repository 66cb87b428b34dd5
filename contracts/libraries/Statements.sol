// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A statement in memory. The first 17 words are just what EIP-712 hashes, so that a digest is one keccak256
/// over them; therefore all fields are whole words.
/// @param carried Which of the fields are there that an act may lack: bit set of `Carried`.
/// @param listOffset Where the words of the list begin in calldata.
/// @param listLength How many there are.
/// @param digest The statement's; at a position that holds only a digest, that.
struct Statement {
    bytes32 typeHash;
    bytes32 subject;
    bytes32 previous;
    uint256 act;
    uint256 code;
    uint256 participant;
    bytes32 key;
    uint256 recipient;
    bytes32 recipientKey;
    bytes32 agreement;
    bytes32 request;
    bytes32 reference_; // `reference` is reserved in Solidity
    uint256 purpose;
    uint256 restrictions;
    bytes32 record;
    uint256 time;
    uint256 expires;
    uint256 carried;
    uint256 listOffset;
    uint256 listLength;
    bytes32 digest;
}

/// @notice The fields that a statement may carry or not. The first five are the bits of the wire form.
library Carried {
    uint256 internal constant RECIPIENT_KEY = 1;
    uint256 internal constant AGREEMENT = 2;
    uint256 internal constant REQUEST = 4;
    uint256 internal constant REFERENCE = 8;
    uint256 internal constant LIST = 16;
    uint256 internal constant RECIPIENT = 32;
    uint256 internal constant PURPOSE = 64;
    uint256 internal constant RESTRICTIONS = 128;
}

/// @notice Wire form and hashes of statements and sheets: docs/protocol.md 2.
library Statements {
    uint256 internal constant MOST_POSITIONS = 256;

    bytes32 private constant STATEMENT_TYPE = keccak256(
        'Statement(bytes32 subject,bytes32 previous,uint8 act,uint16 code,uint32 participant,bytes32 key,uint32 recipient,bytes32 recipientKey,bytes32 agreement,bytes32 request,bytes32 reference,uint16 purpose,uint16 restrictions,bytes32 record,uint40 time,uint40 expires)'
    );
    bytes32 private constant SHEET_TYPE = keccak256(
        'Sheet(Statement[] statements)Statement(bytes32 subject,bytes32 previous,uint8 act,uint16 code,uint32 participant,bytes32 key,uint32 recipient,bytes32 recipientKey,bytes32 agreement,bytes32 request,bytes32 reference,uint16 purpose,uint16 restrictions,bytes32 record,uint40 time,uint40 expires)'
    );
    bytes32 private constant DOMAIN_TYPE = keccak256('EIP712Domain(string name,string version,bytes32 salt)');

    /// @dev A position that holds only a digest: a zero byte and the digest.
    uint256 private constant DIGEST_SIZE = 33;
    /// @dev A statement without the words that may be absent.
    uint256 private constant LEAST_SIZE = 122;

    /// @dev Of `Statement` in memory: 21 words, of which EIP-712 hashes 17, and the last is the digest.
    uint256 private constant STATEMENT_SIZE = 672;
    uint256 private constant HASHED_SIZE = 544;
    uint256 private constant DIGEST_FIELD = 640;
    /// @dev Of recipientKey, agreement, request and reference.
    uint256 private constant OPTIONAL_FIELDS = 256;

    /// @notice The EIP-712 domain of a ledger.
    function domain(bytes32 foundingHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256('Unbroken'), keccak256('1'), foundingHash));
    }

    /// @notice What the key of a sheet signs.
    /// @dev Assembly, because `abi.encode` would copy the digests once more.
    function signedHash(bytes32 domain_, Statement[] memory statements) internal pure returns (bytes32 hash) {
        bytes32 sheetType = SHEET_TYPE;
        assembly ('memory-safe') {
            let free := mload(0x40)
            let size := mul(mload(statements), 0x20)
            for {
                let i := 0
            } lt(i, size) {
                i := add(i, 0x20)
            } {
                let statement := mload(add(add(statements, 0x20), i))
                mstore(add(free, i), mload(add(statement, DIGEST_FIELD)))
            }
            mstore(0x20, keccak256(free, size))
            mstore(0x00, sheetType)
            let sheet := keccak256(0x00, 0x40)
            mstore(free, hex'1901')
            mstore(add(free, 0x02), domain_)
            mstore(add(free, 0x22), sheet)
            hash := keccak256(free, 0x42)
        }
    }

    /// @notice The positions of a sheet, in order; none if the sheet is unreadable.
    /// @param key Id of the key that signed the sheet.
    function readSheet(bytes calldata wire, bytes32 key) internal pure returns (Statement[] memory statements) {
        uint256 most = wire.length / DIGEST_SIZE;
        if (most > MOST_POSITIONS) most = MOST_POSITIONS;
        statements = _allocateSheet(most);
        bytes32 typeHash = STATEMENT_TYPE;
        uint256 count;
        bool judgeable;
        unchecked {
            // No sum overflows: offsets are about as small as calldata is.
            uint256 offset;
            assembly ('memory-safe') {
                offset := wire.offset
            }
            uint256 end = offset + wire.length;
            while (offset < end) {
                if (count == most) return _allocateSheet(0);
                _allocate(statements, count);
                Statement memory statement = statements[count];
                ++count;
                offset = _read(offset, end, statement);
                if (offset == 0) return _allocateSheet(0);
                if (statement.act == 0) continue;
                statement.typeHash = typeHash;
                statement.key = key;
                statement.digest = _hash(statement);
                judgeable = true;
            }
        }
        // Digests alone leave nothing to judge.
        if (!judgeable) return _allocateSheet(0);
        assembly ('memory-safe') {
            mstore(statements, count) // shrinks the array to what was read
        }
    }

    /// @dev Assembly, here and below, because Solidity would fill what is filled anyway.
    function _allocateSheet(uint256 length) private pure returns (Statement[] memory statements) {
        assembly ('memory-safe') {
            statements := mload(0x40)
            mstore(statements, length)
            mstore(0x40, add(statements, mul(add(length, 1), 0x20)))
        }
    }

    function _allocate(Statement[] memory statements, uint256 position) private pure {
        assembly ('memory-safe') {
            let statement := mload(0x40)
            mstore(add(add(statements, 0x20), mul(position, 0x20)), statement)
            mstore(0x40, add(statement, STATEMENT_SIZE))
        }
    }

    /// @dev Reads what stands at a position.
    /// @param offset Where it begins in calldata.
    /// @param end Where the sheet ends.
    /// @param statement Is filled but for type hash, key and digest; if only a digest stands there, with act 0 and that.
    /// @return next Where it ends; 0: unreadable.
    function _read(uint256 offset, uint256 end, Statement memory statement) private pure returns (uint256 next) {
        unchecked {
            uint256 left = end - offset;
            if (left < DIGEST_SIZE) return 0;
            uint256 front = uint256(_word(offset));
            uint256 act = front >> 248;
            statement.act = act;
            if (act == 0) {
                statement.digest = _word(offset + 1);
                return offset + DIGEST_SIZE;
            }
            uint256 present = uint8(front >> 240);
            // A bit above 4, or a reference beside a list.
            if (left < LEAST_SIZE || present >= Carried.REFERENCE | Carried.LIST) return 0;

            statement.code = uint16(front >> 224);
            statement.participant = uint32(front >> 192);
            uint256 recipient = uint32(front >> 160);
            uint256 purpose = uint16(front >> 144);
            uint256 restrictions = uint16(front >> 128);
            statement.recipient = recipient;
            statement.purpose = purpose;
            statement.restrictions = restrictions;
            statement.time = uint40(front >> 88);
            statement.expires = uint40(front >> 48);
            statement.subject = _word(offset + 26);
            statement.previous = _word(offset + 58);
            statement.record = _word(offset + 90);

            statement.carried = present | (_bit(recipient) << 5) | (_bit(purpose) << 6) | (_bit(restrictions) << 7);

            next = _readRest(statement, present, offset + LEAST_SIZE);
            // Words beyond the end were read as whatever stands there; the sheet is thrown away then.
            if (next > end) return 0;
        }
    }

    /// @dev The words that may be absent, and the list.
    /// @return Where they end in calldata; 0: unreadable.
    function _readRest(Statement memory statement, uint256 present, uint256 offset) private pure returns (uint256) {
        statement.listLength = 0;
        // Assembly, because one copy of what lies beyond calldata, which is zeros, is cheaper than four fields.
        assembly ('memory-safe') {
            calldatacopy(add(statement, OPTIONAL_FIELDS), calldatasize(), 0x80)
        }
        if (present == 0) return offset;
        unchecked {
            if (present & Carried.RECIPIENT_KEY != 0) {
                if ((statement.recipientKey = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.AGREEMENT != 0) {
                if ((statement.agreement = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.REQUEST != 0) {
                if ((statement.request = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.REFERENCE != 0) {
                if ((statement.reference_ = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.LIST != 0) {
                uint256 length = uint256(_word(offset)) >> 248;
                if (length == 0) return 0;
                statement.listOffset = offset + 1;
                statement.listLength = length;
                statement.reference_ = keccak256(abi.encodePacked(list(statement)));
                offset += 1 + 32 * length;
            }
        }
        return offset;
    }

    /// @notice The words of the statement's list, in calldata.
    /// @dev Of no words, the offset is whatever memory held; Solidity reverts on an array that begins beyond calldata, even
    /// an empty one, so that begins at 0.
    function list(Statement memory statement) internal pure returns (bytes32[] calldata words) {
        uint256 offset = statement.listOffset;
        uint256 length = statement.listLength;
        assembly ('memory-safe') {
            words.offset := mul(offset, iszero(iszero(length)))
            words.length := length
        }
    }

    /// @dev Assembly, because Solidity would copy the 17 words before it hashes them.
    function _hash(Statement memory statement) private pure returns (bytes32 digest) {
        assembly ('memory-safe') {
            digest := keccak256(statement, HASHED_SIZE)
        }
    }

    /// @dev 1 for any word but 0. Assembly, because Solidity would branch.
    function _bit(uint256 word) private pure returns (uint256 bit) {
        assembly ('memory-safe') {
            bit := iszero(iszero(word))
        }
    }

    /// @dev Assembly, because slices would check bounds that `read` checks once for all.
    function _word(uint256 offset) private pure returns (bytes32 word) {
        assembly ('memory-safe') {
            word := calldataload(offset)
        }
    }
}
