-- Reads files of a book for pandoc: the first source is the book's settings (JSON), the others are
-- .qmd files. Each file is read by itself, as Quarto reads a chapter, so footnotes and headings of
-- the same name in two chapters never meet, and each lies in a division that names its file. Task
-- lists are off (in quarto.yml too): a list that explains the sign [x] is no list of tasks.

function Reader(sources, options)
  local settings = pandoc.json.decode(sources[1].text, false)
  local kinds = {}
  for _, file in ipairs(settings.files) do kinds[file.name] = file.kind end
  local divisions = pandoc.Blocks {}
  for index = 2, #sources do
    local name = sources[index].name
    local document = pandoc.read(sources[index].text, "markdown-task_lists", options)
    local attributes = { { "data-file", name }, { "data-kind", kinds[name] } }
    divisions:insert(pandoc.Div(document.blocks, pandoc.Attr("", { "qmd" }, attributes)))
  end
  return pandoc.Pandoc(divisions, settings)
end
