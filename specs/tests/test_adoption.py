"""Tests of contracts of others: several files, no ids, no sources; and what is wrong, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from specs.contract import ContractError, load
from specs.contract.errors import FileError
from specs.tests.widgets import changed

PLAIN = """openapi: 3.0.1
info: {title: Plain, version: "1"}
servers:
  - url: https://{place}.example.com/{base}
    variables: {place: {default: eu}, base: {default: v2}}
paths:
  /pets/{petId}:
    parameters:
      - {name: petId, in: path, required: true, schema: {type: string}}
    get:
      x-openapi-router-controller: somebody.elses.module
      parameters:
        - {name: petId, in: path, required: true, schema: {type: integer}}
      responses: {"200": {description: It.}}
    delete: {responses: {default: {description: Gone.}}}
  /pets:
    get: {operationId: getPetsByPetId, responses: {"200": {description: All.}}}
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Give a contract without ids, sources or anything of ours."""
    place = tmp_path / "plain.yaml"
    place.write_text(PLAIN)
    return place


def test_operations_without_an_id_get_one(plain: Path) -> None:
    """It is made of method and path, and is nobody else's."""
    assert set(load(str(plain)).operations) == {
        "getPetsByPetId",
        "getPetsByPetId2",
        "deletePetsByPetId",
    }


def test_a_contract_without_sources_is_its_own(plain: Path) -> None:
    """All that it says is documented, by itself."""
    contract = load(str(plain))

    assert all(one.provenance.is_documented for one in contract.requirements.values())
    assert [one.title for one in contract.sources.values()] == ["Plain"]


def test_variables_of_servers_have_their_defaults(plain: Path) -> None:
    """The base path is the one that a client would use."""
    assert load(str(plain)).base_paths == ("/v2",)


def test_the_parameter_of_an_operation_wins(plain: Path) -> None:
    """The one of the path, with the same name and place, does not count beside it."""
    (only,) = load(str(plain)).operations["getPetsByPetId2"].parameters

    assert only["schema"] == {"type": "integer"}


def test_nobody_elses_handlers_are_looked_for(plain: Path) -> None:
    """An extension that would name a Python module is taken out."""
    assert "x-openapi-router-controller" not in load(str(plain)).operations["getPetsByPetId2"].node


@pytest.fixture
def parted(tmp_path: Path) -> Path:
    """Give a contract that is spread over a folder."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "paths").mkdir()
    place = tmp_path / "parted.yaml"
    place.write_text("""openapi: 3.0.3
info: {title: Parted, version: "1"}
paths:
  /pets: {$ref: paths/pets.yaml}
components:
  schemas: {Pet: {type: string}, Note: {type: string}}
""")
    (tmp_path / "paths" / "pets.yaml").write_text("""
get:
  operationId: listPets
  parameters: [{$ref: "../parts.json#/parameters/Size"}]
  responses:
    "200":
      description: All.
      content:
        application/json:
          schema: {type: array, items: {$ref: "../schemas/Pet.yaml"}}
          example: [{$ref: this is data}]
""")
    (tmp_path / "parts.json").write_text(
        '{"parameters": {"Size": {"name": "size", "in": "query", "schema": {"type": "integer"}}}}'
    )
    (tmp_path / "schemas" / "Pet.yaml").write_text("""
type: object
properties:
  mother: {$ref: Pet.yaml}
  note: {$ref: "../parted.yaml#/components/schemas/Note"}
  kind: {$ref: "#/definitions/Kind"}
definitions: {Kind: {type: string, enum: [cat, dog]}}
""")
    return place


def test_files_become_one_document(parted: Path) -> None:
    """Paths and parameters are put in place; schemas become components, each with its own name."""
    contract = load(str(parted))

    (operation,) = contract.operations.values()
    assert [one["name"] for one in operation.parameters] == ["size"]
    media = operation.responses["200"]["content"]["application/json"]
    assert media["schema"]["items"] == {"$ref": "#/components/schemas/Pet-2"}
    assert media["example"] == [{"$ref": "this is data"}]
    properties = contract.schema("Pet-2")["properties"]
    assert properties["mother"] == {"$ref": "#/components/schemas/Pet-2"}
    assert contract.resolve(properties["note"]) == {"type": "string"}
    assert contract.resolve(properties["kind"])["enum"] == ["cat", "dog"]


def test_each_file_counts_for_the_hash(parted: Path) -> None:
    """Whoever changes a part changes the contract."""
    before = load(str(parted)).sha256
    part = parted.parent / "parts.json"
    part.write_text(part.read_text().replace("integer", "number"))

    assert load(str(parted)).sha256 != before


def test_an_error_in_a_part_names_the_part(parted: Path) -> None:
    """File and line are those of the part."""
    part = parted.parent / "schemas" / "Pet.yaml"
    part.write_text(part.read_text().replace("#/definitions/Kind", "#/definitions/Sort"))

    with pytest.raises(FileError, match=r"^schemas/Pet\.yaml:6: /properties/kind: .*leads nowhere"):
        load(str(parted))


WIDGET = '$ref: "#/components/schemas/WidgetRequest"'
DEEP = "/paths/~1widgets/post/requestBody/content/application~1json/schema"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("openapi: 3.0.3", "openapi: 3.1.0", "w.yaml:2: /openapi: this is OpenAPI 3.1.0"),
        ("openapi: 3.0.3", "swagger: '2.0'", "this is Swagger 2.0"),
        ("openapi: 3.0.3", "", "it has no 'openapi'"),
        ("info:", "info: [", "w.yaml:5: not YAML"),
        (WIDGET, "$ref: ../other.yaml", f"w.yaml:37: {DEEP}: '../other.yaml' leaves the folder"),
        (WIDGET, "$ref: /etc/hosts", "'/etc/hosts' leaves the folder"),
        (WIDGET, "$ref: https://example.com/a", "is not in the folder"),
        (WIDGET, "$ref: //example.com/a", "is not in the folder"),
        (WIDGET, "$ref: none.yaml", "none.yaml cannot be read"),
        (WIDGET, '$ref: "#/components/schemas/No"', "w.yaml:37: "),
        ("in: path", "in: nowhere", "w.yaml:99: /components/parameters/Id/in: "),
        ("type: integer", "type: int", "'int' is not one of"),
        ("operationId: stopWidget", "operationId: getWidget", "'getWidget'"),
        ("initial: [Ready]", "initial: [Red]", "w.yaml:125: "),
        ("initial: [Ready]", "initial: []", "a new resource needs a state"),
        ("trigger: stopWidget", "trigger: stopWdget", "did you mean 'stopWidget'?"),
        ("creators: [createWidget]", "creators: [nobody]", "no operation 'nobody'"),
        ('refusal: "409"', "refusal: never", "'never' is no status code"),
        ("property: state\n", "property: stat\n", "w.yaml:121: "),
        ("description: The widget.", "descr: The widget.", "w.yaml:64: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    """One line: the file, the line, the JSON pointer, and what would be right."""
    place = tmp_path / "w.yaml"
    place.write_text(changed((old, new)))

    with pytest.raises(ContractError) as refusal:
        load(str(place))

    assert said in str(refusal.value)
    assert str(refusal.value).startswith("w.yaml:")
    assert "\n" not in str(refusal.value)


def test_a_link_out_of_the_folder_is_none(tmp_path: Path) -> None:
    """What a symbolic link in the folder leads to has to be in the folder, too."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("type: string")
    (folder / "part.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "w.yaml").write_text(changed((WIDGET, "$ref: part.yaml")))

    with pytest.raises(ContractError, match="leaves the folder"):
        load(str(folder / "w.yaml"))


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [echo]",
        "a: &a [*a]",
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{this}: &{this} [{', '.join([f'*{last}'] * 9)}]\n"
            for last, this in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "- 1",
        "\xff",
        "",
    ],
    ids=["code", "circle", "bomb", "list", "binary", "nothing"],
)
def test_dangerous_text_is_refused(tmp_path: Path, text: str) -> None:
    """No code is run, and nothing grows without bound."""
    place = tmp_path / "bad.yaml"
    place.write_bytes(text.encode("latin-1"))

    with pytest.raises(ContractError):
        load(str(place))
