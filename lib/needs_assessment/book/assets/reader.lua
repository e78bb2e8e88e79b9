-- Reads a book for pandoc: the first source is its settings (JSON), the others its .qmd files in
-- order. Each file is read by itself, as Quarto reads a chapter, so footnotes and headings of the
-- same name in two chapters never meet, and each lies in a division that names its file. Task
-- lists are off (in quarto.yml too): a list that explains the sign [x] is no list of tasks.

function Reader(sources, options)
  local settings = pandoc.json.decode(sources[1].text, false)
  local divisions = pandoc.Blocks {}
  for index, file in ipairs(settings.files) do
    local document = pandoc.read(sources[index + 1].text, "markdown-task_lists", options)
    divisions:insert(pandoc.Div(document.blocks, {
      class = "qmd", ["data-file"] = file.name, ["data-kind"] = file.kind,
    }))
  end
  return pandoc.Pandoc(divisions, settings)
end
