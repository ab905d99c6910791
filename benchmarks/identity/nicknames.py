"""What people are called instead of their names, written down for this benchmark alone.

Taken from common knowledge, not from any list that Rollcall or pseudopeople uses, so that a matcher
is not measured with its own table. ``NICKNAMES`` leads from the name on a licence to what its owner
types into a form; ``SPELLINGS`` are names that sound alike and are taken for one another by whoever
types for somebody else.
"""

from __future__ import annotations

from typing import Final

_TABLE: Final = """
Abigail: Abby Abbie Gail
Abraham: Abe Bram
Albert: Al Bert Bertie
Alejandro: Alex Ale Jandro
Alejandra: Ale Alex Sandra
Alexander: Alex Xander Sasha Lex
Alexandra: Alex Lexi Sandra Allie Sasha
Alexis: Lexi Alex
Alfonso: Poncho Al
Alfred: Al Fred Alfie
Alfredo: Fredo Freddy Al
Alicia: Licha Ali
Allison: Allie Ali
Amanda: Mandy Amy Manda
Andrea: Andie Drea
Andrew: Andy Drew
Angela: Angie Ange
Angelica: Angie Angel
Anthony: Tony Ant
Antonio: Tony Tono Toño
Arthur: Art Artie
Arturo: Art Turo
Ashley: Ash
Barbara: Barb Babs Barbie
Beatriz: Bea Betty
Benjamin: Ben Benny Benji
Bernard: Bernie
Beverly: Bev
Bradley: Brad
Brandon: Bran
Brittany: Britt Brit
Cameron: Cam
Carlos: Charlie Carlitos
Caroline: Carrie Caro
Cassandra: Cassie Cass Sandy
Catherine: Cathy Cate Kate Cat
Cecilia: Ceci Cece
Charles: Charlie Chuck Chas Chip
Charlotte: Charlie Lottie Char
Cheryl: Cher
Christina: Chris Tina Chrissy
Christine: Chris Chrissy Tina
Christopher: Chris Topher Kit
Clifford: Cliff
Consuelo: Chelo
Cynthia: Cindy Cyn
Daniel: Dan Danny
Danielle: Dani Danny Elle
David: Dave Davey Davy
Deborah: Deb Debbie Debby
Debra: Deb Debbie
Dolores: Lola Dee
Dominic: Dom Nick
Donald: Don Donnie
Dorothy: Dot Dottie Dory
Douglas: Doug
Eduardo: Eddie Lalo Ed
Edward: Ed Eddie Ted Ned
Eleanor: Ellie Nora Ella
Elizabeth: Liz Beth Betsy Lizzie Eliza Betty Libby
Emily: Em Emmy
Enrique: Rick Kike Quique
Ernesto: Ernie Neto
Esperanza: Espe Hope
Eugene: Gene
Fernando: Fer Nando
Florence: Flo
Frances: Fran Frankie Fanny
Francis: Frank Fran
Francisco: Paco Pancho Frank Cisco
Franklin: Frank
Frederick: Fred Freddie Rick
Gabriel: Gabe
Gabriela: Gabby Gaby
Gabrielle: Gabby Elle
Genevieve: Gen Viv Eve
Gerald: Jerry Gerry
Gerardo: Jerry Lalo
Gloria: Glo
Graciela: Chela Grace
Gregory: Greg
Guadalupe: Lupe Lupita
Guillermo: Memo Will Bill
Gustavo: Gus Tavo
Harold: Hal Harry
Heather: Heath
Hector: Tito Heck
Henry: Hank Harry
Ignacio: Nacho Iggy
Isabel: Isa Bella Chabela
Isabella: Bella Izzy Isa
Isaac: Ike Zac
Jacob: Jake Jay
Jacqueline: Jackie Jacqui
James: Jim Jimmy Jamie Jay
Janet: Jan
Javier: Javi Xavi
Jeffrey: Jeff
Jennifer: Jen Jenny Jenn
Jeremy: Jer
Jessica: Jess Jessie
Jesus: Chuy Chucho
Joanna: Jo Joey
Joaquin: Quino Jack
John: Jack Johnny
Jonathan: Jon Jonny Nathan
Jordan: Jordy
Jorge: George Coque
Jose: Pepe Joe Joey
Joseph: Joe Joey
Josephine: Jo Josie
Joshua: Josh
Juan: Johnny John Juanito
Judith: Judy
Julian: Jules
Justin: Jus
Kaitlyn: Kate Katie Kait
Katherine: Kathy Kate Katie Kat Kay
Kathleen: Kathy Kate Kay
Kathryn: Kathy Katie Kate
Kenneth: Ken Kenny
Kimberly: Kim Kimmy
Kristen: Kris
Kristina: Kris Tina Krissy
Laura: Laurie Lala
Lawrence: Larry
Leonard: Len Lenny Leo
Leonardo: Leo
Leslie: Les
Leticia: Lety Letty
Lillian: Lily Lil
Lorraine: Lori Rainey
Louis: Lou Louie
Lourdes: Lulu
Lucille: Lucy Lou
Luis: Lou Lucho
Madeline: Maddie Lynn
Madison: Maddie
Manuel: Manny Manolo
Margaret: Maggie Peg Peggy Meg Marge Greta
Margarita: Rita Margie Mago
Maria: Mari Mia
Marjorie: Marge Margie
Martha: Marty Patty
Martin: Marty
Mary: Molly Polly Mamie
Matthew: Matt Matty
Maximilian: Max
Megan: Meg
Melissa: Missy Mel Lissa
Mercedes: Mercy Meche
Michael: Mike Mikey Mick
Michelle: Shelly Mich Missy
Miguel: Mike Miguelito
Mitchell: Mitch
Mohammed: Mo
Monica: Mon Moni
Nancy: Nan
Natalie: Nat Nattie
Natasha: Tasha Nat
Nathaniel: Nate Nat Nathan
Nathan: Nate
Nicholas: Nick Nicky Nico
Nicole: Nikki Nicky Cole
Olivia: Liv Livvy Ollie
Oliver: Ollie
Pamela: Pam
Patricia: Pat Patty Trish Tricia
Patrick: Pat Paddy
Peter: Pete
Philip: Phil Flip
Phillip: Phil
Priscilla: Cilla Pris
Rachel: Rach Rae
Rafael: Rafa Ralph
Ramon: Moncho Ray
Randall: Randy
Raymond: Ray
Rebecca: Becky Becca Beck
Regina: Gina Reggie
Reginald: Reggie
Ricardo: Rick Ricky Richie
Richard: Rick Rich Dick Richie Ricky
Robert: Bob Rob Bobby Robbie
Roberta: Bobbie Robbie
Roberto: Beto Bob Robert
Rodrigo: Rod Rigo
Roger: Rog
Ronald: Ron Ronnie
Rosario: Chayo Rosie
Russell: Russ Rusty
Samantha: Sam Sammy
Samuel: Sam Sammy
Sandra: Sandy
Santiago: Santi Diego
Savannah: Sav Vanna
Sebastian: Seb Bash
Sergio: Checo Serge
Shannon: Shan
Sharon: Shari
Sophia: Sophie
Stanley: Stan
Stephanie: Steph Stevie
Stephen: Steve
Steven: Steve
Susan: Sue Susie Suzy
Sylvia: Syl
Tamara: Tammy Tam
Taylor: Tay
Teresa: Terry Tess Tere
Theodore: Ted Theo Teddy
Theresa: Terri Tess
Thomas: Tom Tommy
Tiffany: Tiff
Timothy: Tim Timmy
Tyler: Ty
Valerie: Val
Vanessa: Nessa Van
Veronica: Ronnie Vero
Vicente: Chente Vince
Victor: Vic
Victoria: Vicky Tori
Vincent: Vince Vinny
Virginia: Ginny Ginger
Walter: Walt Wally
Wesley: Wes
William: Bill Will Billy Willie Liam
Yolanda: Yoli Yola
Zachary: Zach Zack
"""

NICKNAMES: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(short.split())
    for name, _, short in (line.partition(": ") for line in _TABLE.strip().splitlines())
}

#: Groups of spellings; whoever hears one may write another.
_ALIKE: Final = """
Steven Stephen
Catherine Katherine Kathryn
Sarah Sara
Eric Erik
Jon John
Brian Bryan
Geoffrey Jeffrey
Mark Marc
Kristen Kristin
Christina Kristina
Megan Meghan
Ann Anne
Teresa Theresa
Phillip Philip
Nicholas Nicolas
Alan Allen
Shaun Sean Shawn
Rachel Rachael
Deborah Debra
Lindsey Lindsay
Kaitlyn Caitlin
Allison Alison
Michele Michelle
Zachary Zackary
Aaron Aron
Jeffery Jeffrey
Matthew Mathew
Rebecca Rebekah
Yesenia Jessenia
Smith Smyth
Johnson Johnston
Thompson Thomson
Reed Reid Read
Gonzalez Gonzales
Hernandez Hernandes
Rodriguez Rodrigues
Clark Clarke
Brown Browne
Stewart Stuart
Phillips Philips
Peterson Petersen Pederson
Anderson Andersen
Hansen Hanson
Nguyen Ngyuen
Meyer Myer Meier
Cook Cooke
Green Greene
Lee Leigh
Perez Peres
Lopez Lopes
Gray Grey
"""

SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(other for other in group if other != name)
    for group in (line.split() for line in _ALIKE.strip().splitlines())
    for name in group
}
